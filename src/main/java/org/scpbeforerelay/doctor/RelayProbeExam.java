package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.doctor.probe.RelayProbe;
import org.scpbeforerelay.postfix.ProbeTarget;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.postfix.host.PostfixException;

/** Asks the running Postfix itself whether a stranger may relay, which no reading of main.cf can tell for sure: tables and services answer too. */
public final class RelayProbeExam {
    private RelayProbeExam() {}

    /** Nothing where there is no Postfix. */
    public static List<Finding> examine(@Nullable Path configDirectory) {
        Optional<Postconf> postconf = Postconf.installed(configDirectory);
        if (postconf.isEmpty()) {
            return List.of();
        }
        try {
            List<ProbeTarget> targets = ProbeTarget.of(postconf.get().setup());
            List<Finding> findings = new ArrayList<>();
            for (RelayProbe.Heard heard : RelayProbe.asStranger(targets)) {
                findings.add(finding(heard));
            }
            return findings;
        } catch (PostfixException | IOException e) {
            return List.of(Finding.advice(
                    "Postfix could not be asked as a stranger: " + e.getMessage(),
                    "check --probe",
                    "who may relay is known from its configuration only, not from its answers",
                    "run it as root: sudo scp-before-relay check --probe"));
        }
    }

    private static Finding finding(RelayProbe.Heard heard) {
        String where =
                heard.target().service() + " at " + ClientAddress.of(heard.at().getAddress()) + " port "
                        + heard.at().getPort() + ", asked from " + heard.from();
        return switch (heard.answer()) {
            case RelayProbe.Answer.Open(String sender, String reply) ->
                Finding.problem(
                        "open relay: a stranger may send from " + sender + " to anybody (" + reply + ")",
                        where,
                        "this is what Postfix answered just now; within hours it is found, and the host is on every block list",
                        "postfix stop, until smtpd_relay_restrictions has reject_unauth_destination before whatever permits "
                                + "(docs/postfix.md)");
            case RelayProbe.Answer.Closed(String reply) ->
                Finding.good("a stranger may not relay; Postfix answers " + reply, where);
            case RelayProbe.Answer.Otherwise(String reply) ->
                Finding.advice(
                        "a stranger was refused, but not for relaying: Postfix answers " + reply,
                        where,
                        "a stranger whose name, greeting or sender is better comes further than this one; where, is not known from here",
                        "scp-before-relay check says what stands in the lists; to know for sure, ask again with the other checks off");
            case RelayProbe.Answer.Unknown(String why) ->
                Finding.advice(
                        "this service could not be asked: " + why,
                        where,
                        "nothing is known of it but its configuration",
                        "is Postfix running, and does a packet filter stand between?");
        };
    }
}
