package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;

/** Who else on this host may change what decides about relay, or read what must stay secret. */
final class PermissionExam {
    private static final int STICKY = 01000;

    private final List<Finding> findings = new ArrayList<>();
    private final Set<String> trusted = new LinkedHashSet<>(List.of("root"));

    private PermissionExam() {}

    static List<Finding> examine(Places places, Settings settings) {
        PermissionExam exam = new PermissionExam();
        exam.trusted.add(System.getProperty("user.name", "root"));
        exam.trustOwner(places.dataDirectory());
        exam.examineAll(places, settings);
        if (exam.findings.isEmpty()) {
            exam.findings.add(Finding.good(
                    "nobody but their owners may change settings, users and what the daemon keeps",
                    places.dataDirectory().toString()));
        }
        return exam.findings;
    }

    private void trustOwner(Path directory) {
        try {
            trusted.add(Files.getOwner(directory).getName());
        } catch (IOException e) {
            return; // there is no daemon's user where there is no directory of its own
        }
    }

    private void examineAll(Places places, Settings settings) {
        String user = "whoever may write there says who may relay";
        writable(places.settingsFile(), user);
        if (!Files.exists(places.settingsFile())
                || !isSticky(places.settingsFile().resolveSibling("."))) {
            writable(places.settingsFile().resolveSibling("."), user);
        }
        writable(places.usersDirectory(), user);
        children(places.usersDirectory()).forEach(file -> writable(file, user));
        String kept = "whoever may write there gives leases to any address";
        writable(places.dataDirectory(), kept);
        children(places.dataDirectory()).filter(Files::isRegularFile).forEach(file -> writable(file, kept));
        writable(places.tablesDirectory(), kept);
        children(places.tablesDirectory()).forEach(file -> writable(file, kept));
        writable(places.runDirectory(), "whoever may write there answers mail servers in the daemon's place");
        writable(places.controlSocket(), "whoever may write to it opens the relay with 'grant'");
        for (ListenAddress listen : settings.lookup().listen()) {
            if (listen instanceof ListenAddress.Unix unix) {
                Path folder = unix.path().getParent();
                writable(
                        folder == null ? unix.path() : folder,
                        "whoever may write there answers Postfix in the daemon's place, and opens the relay");
            }
        }
        secret(places.hostKeysDirectory(settings));
        if (!settings.store().isEmbedded() && settings.store().url().contains("@")) {
            readable(places.settingsFile(), "it holds the password of the shared store");
        }
    }

    private Stream<Path> children(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /** Like /tmp: what is there already belongs to who made it. */
    private static boolean isSticky(Path directory) {
        try {
            return ((int) Files.getAttribute(directory, "unix:mode") & STICKY) != 0;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private void writable(Path path, String why) {
        PosixFileAttributes attributes = attributes(path);
        if (attributes == null) {
            return;
        }
        Path shown = path.normalize();
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            findings.add(Finding.problem(
                    "everybody on this host may write to " + shown, shown.toString(), why, "chmod o-w " + shown));
        }
        if (!trusted.contains(attributes.owner().getName())) {
            findings.add(Finding.problem(
                    shown + " belongs to " + attributes.owner().getName()
                            + ", who is neither root nor the daemon's user",
                    shown.toString(),
                    why,
                    "chown root " + shown));
        }
    }

    private void readable(Path path, String why) {
        PosixFileAttributes attributes = attributes(path);
        if (attributes != null && attributes.permissions().contains(PosixFilePermission.OTHERS_READ)) {
            findings.add(Finding.problem(
                    "everybody on this host may read " + path, path.toString(), why, "chmod o-r " + path));
        }
    }

    private void secret(Path hostKeys) {
        children(hostKeys).filter(file -> file.toString().endsWith("_key")).forEach(file -> {
            PosixFileAttributes attributes = attributes(file);
            if (attributes != null
                    && attributes.permissions().stream()
                            .anyMatch(one -> !one.name().startsWith("OWNER_"))) {
                findings.add(Finding.problem(
                        "others may read or write the host key " + file,
                        file.toString(),
                        "with it anybody can pretend to be this host; the daemon does not start with such a key",
                        "chmod 600 " + file));
            }
        });
    }

    private static @Nullable PosixFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, PosixFileAttributes.class);
        } catch (IOException e) {
            return null; // absent, or not ours to see
        }
    }
}
