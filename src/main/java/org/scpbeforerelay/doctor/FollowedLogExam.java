package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.source.login.format.FormatException;

/** Reads the end of each log file that is followed, as the daemon would: a format that understands nothing fails in silence. */
final class FollowedLogExam {
    /** Some thousand lines. */
    private static final int TAIL_BYTES = 512 * 1024;

    private FollowedLogExam() {}

    static List<Finding> examine(Settings settings, long nowMs) {
        List<Finding> findings = new ArrayList<>();
        for (Path file : settings.loginLog().files()) {
            try {
                findings.add(examine(settings.loginLog(), file, nowMs));
            } catch (FormatException e) {
                return List.of(); // said of the settings
            }
        }
        return findings;
    }

    private static Finding examine(Settings.LoginLog log, Path file, long nowMs) throws FormatException {
        String where = file.toString();
        String services = String.join(", ", log.services());
        if (!Files.exists(file)) {
            return Finding.problem(
                    "there is no such log",
                    where,
                    "no login of " + services + " is heard until somebody writes it",
                    "is it the journal ([login_log] journal = [\"dovecot.service\"])? Or: apt-get install rsyslog");
        }
        try {
            LoginTally tally = new LoginTally(LogExam.of(log, log.services()));
            for (String line : tail(file)) {
                tally.count(line, nowMs);
            }
            return tally.finding(where, services, "scp-before-relay check --log " + file);
        } catch (AccessDeniedException e) {
            return Finding.advice("it may not be read by you", where, "nothing is known of it", "run check as root");
        } catch (IOException e) {
            return Finding.problem(
                    "it cannot be read: " + e.getMessage(), where, "no login is heard from it", "ls -l " + file);
        }
    }

    private static List<String> tail(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString());
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            long from = Math.max(0, bytes.length() - TAIL_BYTES);
            bytes.seek(from);
            byte[] tail = new byte[(int) (bytes.length() - from)];
            bytes.readFully(tail);
            List<String> lines =
                    new String(tail, StandardCharsets.ISO_8859_1).lines().toList();
            // The first may be cut.
            return from == 0 || lines.isEmpty() ? lines : lines.subList(1, lines.size());
        }
    }
}
