package org.scpbeforerelay.doctor;

import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.config.UsersDirectory;

/** Looks at settings and users as the daemon would read them now. */
public final class SettingsExam {
    private SettingsExam() {}

    /** What is to be said of settings that can be read. */
    public static List<Finding> examine(Places places, Settings settings, Known known) {
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Finding.good("the settings can be read", places.settingsFile().toString()));
        for (String warning : settings.warnings()) {
            findings.add(Finding.advice(
                    warning,
                    places.settingsFile().toString(),
                    "it is allowed, and worth a second thought",
                    "docs/settings.md"));
        }
        try {
            LogExam.check(places.settingsFile(), settings.loginLog());
        } catch (SettingsException e) {
            findings.addAll(
                    problems(e, "the daemon does not start with such settings, and keeps the former at a reload"));
        }
        try {
            UsersDirectory users = UsersDirectory.read(places.usersDirectory(), settings);
            examineUsers(places, users, settings, findings);
            findings.addAll(UserExam.examine(places, users, known));
        } catch (SettingsException e) {
            findings.addAll(problems(e, "the daemon starts with all users or with none"));
        }
        findings.addAll(PermissionExam.examine(places, settings));
        findings.addAll(HostKeyExam.examine(places, settings, known.nowMs()));
        findings.addAll(PortExam.examine(settings));
        findings.addAll(FollowedLogExam.examine(settings, known.nowMs()));
        findings.addAll(FollowedJournalExam.examine(settings, known.nowMs()));
        findings.addAll(SharedStoreExam.examine(settings, known.nowMs()));
        findings.addAll(MachineExam.examine(places, known.nowMs()));
        return findings;
    }

    private static List<Finding> problems(SettingsException wrong, String why) {
        return wrong.problems().stream()
                .map(problem -> Finding.problem(problem.what(), problem.where(), why, "edit the file"))
                .toList();
    }

    private static void examineUsers(Places places, UsersDirectory users, Settings settings, List<Finding> findings) {
        String where = places.usersDirectory().toString();
        if (users.users().isEmpty()) {
            findings.add(Finding.problem(
                    "there is no user", where, "nobody can announce", "scp-before-relay user add NAME --key FILE"));
            return;
        }
        findings.add(Finding.good(
                users.users().size() == 1 ? "1 user can be read" : users.users().size() + " users can be read", where));
        users.warnings()
                .forEach(warning -> findings.add(
                        Finding.advice(warning, where, "it is allowed, and worth a second thought", "edit the file")));
        boolean onlyPolicy = settings.tables().isEmpty();
        for (UserFile user : users.users()) {
            boolean limited = !user.senders().isAny() || user.messages() != null || user.recipients() != null;
            if (limited && !onlyPolicy) {
                findings.add(Finding.advice(
                        "user " + user.name() + " has limits and is in no table",
                        user.name().text(),
                        "a table tells an address and nothing else, so the limits could not be kept",
                        "let Postfix ask by the policy protocol (docs/lookup-protocols.md)"));
            }
            if (user.prefix6() == 64 && !onlyPolicy) {
                findings.add(Finding.advice(
                        "the /64 leases of user " + user.name() + " are in tables of type lines alone",
                        user.name().text(),
                        "indexed tables are asked for whole addresses",
                        "let Postfix ask by the policy protocol (docs/lookup-protocols.md)"));
            }
        }
    }
}
