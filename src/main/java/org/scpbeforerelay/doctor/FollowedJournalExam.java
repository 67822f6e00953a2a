package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.source.login.follow.JournalTail;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.login.format.LogLine;

/** Reads the last lines of each unit that is followed in the journal, as the daemon would: a unit of another name is never heard of. */
final class FollowedJournalExam {
    private static final int LINES_MAX = 2_000;

    /** What journalctl says to whoever may not read the system's journal. */
    private static final String NOT_FOR_YOU = "not seeing messages";

    private static final String UNREAD = "it may not be read by you";

    private FollowedJournalExam() {}

    static List<Finding> examine(Settings settings, long nowMs) {
        return examine(settings, nowMs, List.of("journalctl"));
    }

    static List<Finding> examine(Settings settings, long nowMs, List<String> journalctl) {
        List<Finding> findings = new ArrayList<>();
        Settings.LoginLog log = settings.loginLog();
        int heardOf = 0;
        for (String unit : log.journal()) {
            try {
                JournalTail tail = JournalTail.read(journalctl, unit, LINES_MAX, nowMs);
                heardOf += tail.lines().size();
                findings.add(examine(log, unit, tail));
            } catch (FormatException e) {
                return findings; // said of the settings
            } catch (IOException e) {
                findings.add(Finding.problem(
                        "the journal cannot be read: " + e.getMessage(),
                        unit,
                        "no login is heard from it",
                        "is it in files ([login_log] files = [\"/var/log/mail.log\"])? Else: apt-get install systemd"));
                return findings;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return findings;
            }
        }
        // Several names are often those that one program has on several systems: all of them silent, nothing is heard.
        boolean unread = findings.stream().anyMatch(finding -> finding.what().equals(UNREAD));
        return heardOf > 0 || unread || findings.isEmpty() ? findings : List.of(silent(log));
    }

    private static Finding silent(Settings.LoginLog log) {
        return Finding.problem(
                "the journal has no line of " + String.join(" or ", log.journal()),
                "[login_log] journal",
                "no login of " + String.join(", ", log.services()) + " is heard",
                "systemctl list-units --type=service shows what is there, journalctl -u UNIT what it says");
    }

    private static Finding examine(Settings.LoginLog log, String unit, JournalTail tail) throws FormatException {
        String services = String.join(", ", log.services());
        int count = tail.lines().size();
        if (count == 0 && tail.complaint().contains(NOT_FOR_YOU)) {
            return Finding.advice(UNREAD, unit, "nothing is known of it", "run check as root");
        }
        if (count == 0) {
            return Finding.advice(
                    "the journal has no line of it",
                    unit,
                    "it never ran, or is called otherwise",
                    "systemctl status " + unit);
        }
        LoginTally tally = new LoginTally(LogExam.of(log, log.services()));
        for (LogLine line : tail.lines()) {
            tally.count(line);
        }
        return tally.finding(unit, services, "journalctl -u " + unit);
    }
}
