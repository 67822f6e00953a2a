package org.scpbeforerelay.postfix.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.postfix.MailSetup;

/**
 * Runs {@code postconf}: no shell, English, none of Postfix' own variables ({@code MAIL_…}), bounded in time.
 *
 * @param words what its command begins with; {@code ["postconf"]}, or the same by way of another program
 * @param configDirectory of {@code -c}; null for the one that was compiled in
 */
public record Postconf(List<String> words, @Nullable Path configDirectory) {
    private static final int SECONDS_MAX = 30;
    private static final List<String> FOLDERS =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/sbin", "/bin");

    public Postconf {
        words = List.copyOf(words);
    }

    /** The one of this host; empty where there is no Postfix. */
    public static Optional<Postconf> installed(@Nullable Path configDirectory) {
        return FOLDERS.stream()
                .map(folder -> Path.of(folder, "postconf"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(program -> new Postconf(List.of(program.toString()), configDirectory));
    }

    /** The same for another configuration directory. */
    Postconf at(Path directory) {
        return new Postconf(words, directory);
    }

    /** Where main.cf is. */
    public Path configurationDirectory() throws PostfixException {
        return configDirectory != null
                ? configDirectory
                : Path.of(run("-h", "-d", "config_directory").strip());
    }

    /** Postfix as it is now. */
    public MailSetup setup() throws PostfixException {
        Path directory = configurationDirectory();
        return MailSetup.of(said(), read(directory.resolve("main.cf")), read(directory.resolve("master.cf")));
    }

    /** ISO 8859-1 keeps any byte as it is. */
    static String read(Path file) throws PostfixException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new PostfixException(
                    false, file + " cannot be read (" + e.getMessage() + "): is Postfix set up on this host?");
        }
    }

    MailSetup.Said said() throws PostfixException {
        return new MailSetup.Said(run("-n"), run("-x"), run("-M"), run("-P"), run("-x", "-P"), types());
    }

    /** Not known to somebody who may not read all of Postfix's files, or without its user. */
    private String types() {
        try {
            return run("-m");
        } catch (PostfixException e) {
            return "";
        }
    }

    private String run(String... arguments) throws PostfixException {
        List<String> command = new ArrayList<>(words);
        if (configDirectory != null) {
            command.addAll(List.of("-c", configDirectory.toString()));
        }
        command.addAll(Arrays.asList(arguments));
        String shown = String.join(" ", command);
        try {
            Path out = Files.createTempFile("scp-before-relay-", ".postconf");
            Path err = Files.createTempFile("scp-before-relay-", ".postconf");
            try {
                return run(command, shown, out, err);
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new PostfixException(false, shown + " cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostfixException(false, "interrupted while waiting for " + shown);
        }
    }

    private static String run(List<String> command, String shown, Path out, Path err)
            throws IOException, InterruptedException, PostfixException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", String.join(":", FOLDERS));
        builder.environment().keySet().removeIf(key -> key.startsWith("MAIL_"));
        Process process = builder.start();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new PostfixException(false, shown + " had not ended after " + SECONDS_MAX + " s");
        }
        if (process.exitValue() != 0) {
            try (Stream<String> lines = Files.lines(err, StandardCharsets.ISO_8859_1)) {
                throw new PostfixException(false, shown + ": " + lines.reduce("", (first, line) -> line));
            }
        }
        return Files.readString(out, StandardCharsets.ISO_8859_1);
    }
}
