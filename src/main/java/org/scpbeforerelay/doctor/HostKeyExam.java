package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.history.RecordFiles;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeySyntaxException;

/** The SSH endpoint's own keys: which there are, since when, and whether clients would notice that they are new. */
final class HostKeyExam {
    private static final Duration NEW = Duration.ofDays(1);

    private HostKeyExam() {}

    /** Nothing where the endpoint is off or was never started. */
    static List<Finding> examine(Places places, Settings settings, long nowMs) {
        Path folder = places.hostKeysDirectory(settings);
        if (settings.ssh().listen().isEmpty() || !Files.isDirectory(folder)) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(one -> one.toString().endsWith("_key.pub"))
                    .sorted()
                    .toList()) {
                findings.add(examine(file, places, nowMs));
            }
        } catch (AccessDeniedException e) {
            return List.of(Finding.advice(
                    "the host keys may not be looked at",
                    folder.toString(),
                    "nothing is known of them",
                    "run check as root"));
        } catch (IOException e) {
            return List.of(unusable(folder, String.valueOf(e.getMessage())));
        }
        if (findings.stream().noneMatch(one -> one.what().contains("ssh-ed25519"))) {
            findings.add(Finding.problem(
                    "there is no Ed25519 host key",
                    folder.toString(),
                    "clients of this century take it; the daemon makes a new one, and clients that knew the old one refuse it",
                    "put the old key back as ssh_host_ed25519_key, mode 0600, or start the daemon to make a new one"));
        }
        return findings;
    }

    private static Finding examine(Path publicKey, Places places, long nowMs) throws IOException {
        Path file = publicKey.resolveSibling(publicKey.getFileName().toString().replaceFirst("\\.pub$", ""));
        if (!Files.exists(file)) {
            return unusable(publicKey, "its private half is missing");
        }
        try {
            AuthorizedKey key = AuthorizedKey.parse(Files.readString(publicKey));
            long madeMs = Files.getLastModifiedTime(file).toMillis();
            long days = Math.max(0, Duration.ofMillis(nowMs - madeMs).toDays());
            String what = "host key " + key.type() + " " + key.fingerprint() + ", " + days + " days old";
            boolean youngerThanLeases = usedBefore(places, madeMs - NEW.toMillis());
            if (days < NEW.toDays() && youngerThanLeases) {
                return Finding.advice(
                        what + ", is younger than the record",
                        file.toString(),
                        "clients that knew another key of this host refuse it, and announce no more",
                        "put the old key back, or tell the users: ssh-keygen -R '[HOST]:PORT'");
            }
            return Finding.good(what, file.toString());
        } catch (KeySyntaxException e) {
            return unusable(publicKey, String.valueOf(e.getMessage()));
        }
    }

    private static boolean usedBefore(Places places, long beforeMs) throws IOException {
        Optional<Path> first =
                new RecordFiles(places.historyDirectory()).all().stream().findFirst();
        return first.isPresent() && RecordFiles.beginMs(first.get()) < beforeMs;
    }

    private static Finding unusable(Path where, String why) {
        return Finding.problem(
                "the host key cannot be used: " + why,
                where.toString(),
                "clients are not answered, or by another key than they know",
                "move it away; the daemon makes a new one, and clients must be told its fingerprint");
    }
}
