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
import org.scpbeforerelay.config.SettingsException;

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
            } catch (SettingsException e) {
                findings.add(Finding.problem(
                        "the formats cannot be read: " + e.problems().getFirst().what(),
                        "[login_log] formats",
                        "the daemon does not start with them",
                        "scp-before-relay check --log " + file));
            }
        }
        return findings;
    }

    private static Finding examine(Settings.LoginLog log, Path file, long nowMs) throws SettingsException {
        String where = file.toString();
        String services = String.join(", ", log.services());
        if (!Files.exists(file)) {
            return Finding.problem(
                    "there is no such log",
                    where,
                    "no login of " + services + " is heard until somebody writes it",
                    "is it the journal ([login_log] journal = [\"dovecot.service\"])? Or: apt-get install rsyslog");
        }
        Tally tally;
        try {
            tally = read(LogExam.of(log, log.services()), file, nowMs);
        } catch (AccessDeniedException e) {
            return Finding.advice("it may not be read by you", where, "nothing is known of it", "run check as root");
        } catch (IOException e) {
            return Finding.problem(
                    "it cannot be read: " + e.getMessage(), where, "no login is heard from it", "ls -l " + file);
        }
        if (tally.notUnderstood > 0) {
            return Finding.problem(
                    tally.notUnderstood + " of the last " + tally.lines
                            + " lines speak of a login and are not understood: " + tally.example,
                    where,
                    "the program that writes them has another version than the format knows; their users get no lease",
                    "scp-before-relay check --log " + file + "; docs/login-logs.md says how to write a format");
        }
        if (tally.logins == 0) {
            return Finding.advice(
                    "its last " + tally.lines + " lines have no login of " + services,
                    where,
                    "nobody logged in, or the program logs elsewhere or not at all",
                    "scp-before-relay check --log " + file + " --service "
                            + log.services().getFirst());
        }
        return Finding.good(tally.logins + " logins in its last " + tally.lines + " lines", where);
    }

    /** What the lines came to. */
    private static final class Tally {
        private int lines;
        private int logins;
        private int notUnderstood;
        private String example = "";
    }

    private static Tally read(LogExam exam, Path file, long nowMs) throws IOException {
        Tally tally = new Tally();
        for (String line : tail(file)) {
            tally.lines++;
            String said = exam.explain(line, nowMs);
            if (said.startsWith("login:")) {
                tally.logins++;
            } else if (said.startsWith("NOT UNDERSTOOD")) {
                tally.notUnderstood++;
                tally.example =
                        "\"" + line.replaceAll("[^\\x20-\\x7e]", "?").substring(0, Math.min(line.length(), 120)) + "\"";
            }
        }
        return tally;
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
