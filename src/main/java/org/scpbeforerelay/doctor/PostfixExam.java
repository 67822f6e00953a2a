package org.scpbeforerelay.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.config.UsersDirectory;
import org.scpbeforerelay.postfix.AskedWay;
import org.scpbeforerelay.postfix.Examination;
import org.scpbeforerelay.postfix.Ours;
import org.scpbeforerelay.postfix.Remark;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.postfix.host.PostfixException;

/** Looks at this host's Postfix as {@code postconf} tells it: who may relay, whether it asks us, and what else is in the way. */
public final class PostfixExam {
    private PostfixExam() {}

    /** Nothing where there is no Postfix, or none that was ever set up. */
    public static List<Finding> examine(Places places, Settings settings, @Nullable Path configDirectory) {
        Optional<Postconf> postconf = Postconf.installed(configDirectory);
        if (postconf.isEmpty()) {
            return List.of();
        }
        Ours ours = ours(places, settings);
        List<Finding> findings = new ArrayList<>(examine(postconf.get(), ours));
        findings.addAll(examineLimits(postconf.get(), ours, places, settings));
        findings.addAll(GatewayExam.examine(settings, configDirectory));
        return findings;
    }

    /** What is to be said of one Postfix. */
    static List<Finding> examine(Postconf postconf, Ours ours) {
        try {
            List<Finding> findings = new ArrayList<>();
            Path directory = postconf.configDirectory();
            for (Remark remark : Examination.of(postconf.setup(), ours)) {
                findings.add(finding(directory == null ? remark : remark.forConfigDirectory(directory.toString())));
            }
            return findings;
        } catch (PostfixException e) {
            return List.of(Finding.advice(
                    "Postfix is not set up, or cannot be looked at: " + e.getMessage(),
                    "postconf",
                    "nothing can be said of who may relay",
                    "postconf -n, as root"));
        }
    }

    /** Users whose leases can never be used in the way in which this Postfix asks. */
    private static List<Finding> examineLimits(Postconf postconf, Ours ours, Places places, Settings settings) {
        try {
            AskedWay way = AskedWay.of(postconf.setup(), ours);
            List<Finding> findings = new ArrayList<>();
            for (UserFile user :
                    UsersDirectory.read(places.usersDirectory(), settings).users()) {
                boolean counted = user.messages() != null || user.recipients() != null;
                boolean lost = user.enabled()
                        && (way == AskedWay.TABLE && (counted || !user.senders().isAny())
                                || way == AskedWay.POLICY_BY_TCP && counted);
                if (lost) {
                    findings.add(
                            Finding.problem(
                                    "user " + user.name() + " may not relay: Postfix asks "
                                            + (way == AskedWay.TABLE ? "a table" : "by TCP") + ", where "
                                            + (counted ? "messages" : "senders") + " cannot be limited",
                                    places.usersDirectory()
                                            .resolve(user.name() + ".toml")
                                            .toString(),
                                    "a lease with limits that nobody could keep is shown to nobody",
                                    "scp-before-relay postfix --apply (the policy protocol over the socket in the queue directory)"));
                }
            }
            return findings;
        } catch (PostfixException | SettingsException e) {
            return List.of(); // said elsewhere
        }
    }

    private static Finding finding(Remark remark) {
        Finding.Grade grade = switch (remark.weight()) {
            case GOOD -> Finding.Grade.GOOD;
            case ADVICE -> Finding.Grade.ADVICE;
            case PROBLEM -> Finding.Grade.PROBLEM;
        };
        return new Finding(grade, remark.what(), remark.where(), remark.why(), remark.remedy());
    }

    /** How the daemon of these settings is asked. */
    public static Ours ours(Places places, Settings settings) {
        Set<String> sockets = new HashSet<>();
        List<String> endpoints = new ArrayList<>();
        for (ListenAddress listen : settings.lookup().listen()) {
            switch (listen) {
                case ListenAddress.Unix unix -> sockets.add(unix.path().toString());
                case ListenAddress.Tcp tcp -> endpoints.add(tcp.toString());
            }
        }
        List<String> tables = new ArrayList<>();
        for (Settings.Table table : settings.tables()) {
            tables.add(table.type().name().toLowerCase(Locale.ROOT) + ":"
                    + places.tablesDirectory().resolve(table.name()));
        }
        return new Ours(sockets, endpoints, tables);
    }
}
