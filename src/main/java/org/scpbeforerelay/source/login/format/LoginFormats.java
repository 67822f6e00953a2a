package org.scpbeforerelay.source.login.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All formats there are: those that come with the program, and the operator's own, which take the place of those by name. */
public final class LoginFormats {
    /** The formats that come with the program. Each was verified: its file says against what. */
    public static final List<String> BUILT_IN = List.of(
            "courier",
            "cyrus",
            "dovecot",
            "imapproxy",
            "perdition",
            "popa3d",
            "qpopper",
            "solid-pop3d",
            "sshd",
            "teapop",
            "uw-imap",
            "vpopmail");

    private static final long FILE_MAX = 256 * 1024;

    private final Map<String, LoginFormat> byName;

    private LoginFormats(Map<String, LoginFormat> byName) {
        this.byName = byName;
    }

    /**
     * Reads them.
     *
     * @param folder of own formats, {@code NAME.toml} each; null for none
     * @throws FormatException with everything that is wrong in the folder
     */
    public static LoginFormats read(@Nullable Path folder) throws FormatException {
        Map<String, LoginFormat> formats = new TreeMap<>();
        for (String name : BUILT_IN) {
            formats.put(name, FormatFile.read(name + ".toml", name, resource(name)));
        }
        if (folder != null) {
            readFolder(folder, formats);
        }
        return new LoginFormats(formats);
    }

    /** The formats of these services. */
    public List<LoginFormat> chosen(Collection<String> services) throws FormatException {
        List<LoginFormat> chosen = new ArrayList<>();
        List<FormatException.Problem> unknown = new ArrayList<>();
        for (String service : services) {
            LoginFormat format = byName.get(service);
            if (format == null) {
                unknown.add(FormatException.Problem.ofSetting(
                        "services",
                        "no format '" + service + "'; there are " + String.join(", ", byName.keySet())
                                + "; your own go into the folder that 'formats' names"));
            } else {
                chosen.add(format);
            }
        }
        if (!unknown.isEmpty()) {
            throw new FormatException(unknown);
        }
        return chosen;
    }

    /** All of them, by name. */
    public Collection<LoginFormat> all() {
        return byName.values();
    }

    private static void readFolder(Path folder, Map<String, LoginFormat> formats) throws FormatException {
        List<FormatException.Problem> problems = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.toml")) {
            for (Path file : files) {
                String fileName = String.valueOf(file.getFileName());
                String name = fileName.substring(0, fileName.length() - ".toml".length());
                try {
                    formats.put(name, FormatFile.read(file.toString(), name, text(file)));
                } catch (FormatException e) {
                    problems.addAll(e.problems());
                } catch (IOException e) {
                    problems.add(FormatException.Problem.ofFile(file.toString(), "cannot be read: " + e.getMessage()));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            problems.add(FormatException.Problem.ofSetting(
                    "formats", folder + " cannot be listed (" + why(e) + "); name a folder that the daemon may read"));
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparing(FormatException.Problem::file));
            throw new FormatException(problems);
        }
    }

    private static String why(Exception problem) {
        return switch (problem) {
            case NoSuchFileException missing -> "there is none";
            case NotDirectoryException file -> "it is no folder";
            case AccessDeniedException denied -> "permission denied";
            default -> problem.toString();
        };
    }

    private static String text(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > FILE_MAX) {
            throw new IOException("no regular file of at most " + FILE_MAX / 1024 + " KiB");
        }
        return Files.readString(file);
    }

    private static String resource(String name) {
        try (InputStream in =
                LoginFormats.class.getResourceAsStream("/org/scpbeforerelay/source/login/formats/" + name + ".toml")) {
            if (in == null) {
                throw new IllegalStateException("format " + name + " is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
