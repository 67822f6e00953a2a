package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What else stands in a leased client's way. Its address is a dynamic one: block lists name it, its name resolves to nothing, its
 * HELO is a guess; and signers and filters take its mail for a stranger's. None of it is changed here: each is a choice.
 */
final class ObstacleExam {
    private static final String DOCS = "docs/postfix.md, \"A port for leased clients\"";

    private static final List<String> LISTS = List.of(
            "smtpd_client_restrictions",
            "smtpd_helo_restrictions",
            "smtpd_sender_restrictions",
            "smtpd_relay_restrictions",
            "smtpd_recipient_restrictions");

    /** Asked at their own stage when {@code smtpd_delay_reject = no}. */
    private static final Set<String> BEFORE_RECIPIENTS =
            Set.of("smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions");

    private static final Set<String> OF_THE_NAME = Set.of(
            "reject_unknown_client_hostname",
            "reject_unknown_client",
            "reject_unknown_reverse_client_hostname",
            "check_reverse_client_hostname_access",
            "check_client_a_access");

    private static final Set<String> OF_THE_HELO = Set.of(
            "reject_unknown_helo_hostname",
            "reject_unknown_hostname",
            "reject_non_fqdn_helo_hostname",
            "reject_non_fqdn_hostname",
            "reject_invalid_helo_hostname",
            "reject_invalid_hostname",
            "check_helo_access");

    private static final Set<String> OF_THE_LOGIN = Set.of(
            "reject_sender_login_mismatch",
            "reject_unauthenticated_sender_login_mismatch",
            "reject_known_sender_login_mismatch");

    /** Limits that {@code smtpd_client_event_limit_exceptions} spares {@code mynetworks}. */
    private static final List<String> RATES = List.of(
            "smtpd_client_connection_rate_limit",
            "smtpd_client_message_rate_limit",
            "smtpd_client_recipient_rate_limit",
            "smtpd_client_new_tls_session_rate_limit");

    private final MailSetup setup;
    private final Ours ours;
    private final List<Remark> remarks = new ArrayList<>();

    private ObstacleExam(MailSetup setup, Ours ours) {
        this.setup = setup;
        this.ours = ours;
    }

    static List<Remark> examine(MailSetup setup, Ours ours) {
        ObstacleExam exam = new ObstacleExam(setup, ours);
        for (MailService service : setup.mailIn()) {
            LISTS.forEach(list -> exam.examineList(service, list));
            exam.examineRates(service);
        }
        exam.examinePostscreen();
        exam.examineLogins();
        exam.examineMilters();
        return List.copyOf(exam.remarks);
    }

    private void examineList(MailService service, String parameter) {
        List<Restriction> hard = new ArrayList<>();
        for (Restriction one : setup.list(service, parameter)) {
            if (ours.isAskedBy(one, setup.value("queue_directory"))
                    || one.name().equals("permit")) {
                break; // a leased client does not come to what stands behind
            }
            if (!one.warnOnly() && !kind(one).isEmpty()) {
                hard.add(one);
            }
        }
        if (hard.isEmpty()) {
            return;
        }
        String names = hard.stream().map(Restriction::toString).distinct().collect(Collectors.joining(", "));
        remarks.add(Remark.advice(
                names + " may refuse a leased client",
                RelayExam.where(service, parameter),
                hard.stream().map(ObstacleExam::kind).distinct().collect(Collectors.joining("; ")),
                remedy(service, parameter, hard.getFirst())));
    }

    private static String kind(Restriction one) {
        if (one.name().startsWith("reject_rbl_client") || one.name().startsWith("reject_rhsbl_")) {
            return "dynamic addresses stand on block lists";
        }
        if (OF_THE_NAME.contains(one.name())) {
            return "dynamic addresses have names that lead nowhere, or none";
        }
        if (OF_THE_HELO.contains(one.name())) {
            return "a client at home greets with a name that no DNS knows";
        }
        if (OF_THE_LOGIN.contains(one.name())) {
            return "a sender address of smtpd_sender_login_maps wants its login, and a lease is none";
        }
        if (one.name().equals("check_client_access") && one.argument().matches("(pcre|regexp):.*")) {
            return "patterns of client names are mostly those of dynamic addresses";
        }
        return one.isPolicy()
                ? "another policy service is asked first: greylisting makes a client wait, SPF refuses it"
                : "";
    }

    /** The same list with our question before the first obstacle; DUNNO while the daemon is away changes nothing for others. */
    private String remedy(MailService service, String parameter, Restriction first) {
        if (parameter.equals("smtpd_relay_restrictions")) {
            return "move " + first + " to smtpd_recipient_restrictions, behind check_policy_service";
        }
        String question = "check_policy_service { unix:" + Ours.SOCKET + ", timeout=3s, try_limit=2, policy_context="
                + Ours.SECOND_CONTEXT + ", default_action=DUNNO }";
        if (setup.value(service, "smtpd_delay_reject").equals("no") && BEFORE_RECIPIENTS.contains(parameter)) {
            return "postconf -e 'smtpd_delay_reject = yes' (before recipients are known nobody can be asked), or "
                    + DOCS;
        }
        List<String> items = new ArrayList<>();
        for (Restriction one : Restriction.list(setup.value(service, parameter))) {
            if (items.stream().noneMatch(question::equals) && one.name().equals(first.name())) {
                items.add(question);
            }
            items.add((one.warnOnly() ? "warn_if_reject " : "") + one);
        }
        if (!items.contains(question)) {
            items.addFirst(question);
        }
        return RelayExam.mend(service, parameter, String.join(", ", items));
    }

    /** A leased client that sends a newsletter is a client like any other to them; our own limits count users. */
    private void examineRates(MailService service) {
        for (String rate : RATES) {
            String value = setup.value(service, rate);
            if (!value.isEmpty() && !value.equals("0")) {
                remarks.add(Remark.advice(
                        rate + " = " + value + " counts a leased client like a stranger",
                        RelayExam.where(service, rate),
                        "smtpd_client_event_limit_exceptions spares mynetworks, and a lease is not in them; behind a shared "
                                + "address all clients count as one",
                        "let the users' own limits do it (messages, recipients in users/NAME.toml), or " + DOCS));
            }
        }
    }

    private void examinePostscreen() {
        boolean runs = setup.services().stream().anyMatch(one -> one.program().equals("postscreen"));
        if (!runs) {
            return;
        }
        String action = setup.value("postscreen_dnsbl_action").toLowerCase(Locale.ROOT);
        String sites = setup.value("postscreen_dnsbl_sites");
        boolean refuses = !sites.isEmpty() && !action.equals("ignore");
        remarks.add(Remark.advice(
                refuses
                        ? "postscreen refuses clients by block lists (" + sites + ") before smtpd can ask"
                        : "postscreen meets clients before smtpd can ask",
                "main.cf: postscreen_dnsbl_action = " + action,
                "dynamic addresses stand on block lists, and no lease is known there"
                        + (setup.value("postscreen_greet_action").equals("ignore")
                                ? ""
                                : "; its greet test makes a client wait"),
                "another port without postscreen: " + DOCS));
    }

    private void examineLogins() {
        for (MailService service : setup.smtpds()) {
            if (setup.mailIn().contains(service)) {
                continue;
            }
            for (String parameter : LISTS) {
                List<Restriction> list = setup.list(service, parameter);
                boolean needsLogin = list.stream().anyMatch(one -> one.name().equals("permit_sasl_authenticated"))
                        && Optional.of(list.getLast())
                                .filter(one -> one.name().equals("reject"))
                                .isPresent();
                if (needsLogin && service.overrides().containsKey(parameter)) {
                    remarks.add(Remark.advice(
                            "port " + service.port() + " needs a login (SASL)",
                            RelayExam.where(service, parameter),
                            "a lease is no login: a client that has only a lease is refused there",
                            "let the client use port 25, or " + DOCS));
                    break;
                }
            }
        }
    }

    private void examineMilters() {
        for (MailService service : setup.mailIn()) {
            String milters = setup.value(service, "smtpd_milters");
            if (!milters.isEmpty()) {
                remarks.add(milter(RelayExam.where(service, "smtpd_milters"), milters));
            }
            String filter = setup.value(service, "content_filter");
            String proxy = setup.value(service, "smtpd_proxy_filter");
            if (!filter.isEmpty() || !proxy.isEmpty()) {
                remarks.add(Remark.advice(
                        "the filter " + (filter.isEmpty() ? proxy : filter)
                                + " takes a leased client's mail for a stranger's",
                        RelayExam.where(service, filter.isEmpty() ? "smtpd_proxy_filter" : "content_filter"),
                        "what it does for mynetworks (no spam check, DKIM) it does not do for leases",
                        DOCS));
            }
        }
    }

    private static Remark milter(String where, String milters) {
        String plain = milters.toLowerCase(Locale.ROOT);
        if (plain.contains("opendkim") || plain.contains(":8891") || plain.contains(":12301")) {
            return Remark.advice(
                    "OpenDKIM (" + milters + ") does not sign what leased clients send",
                    where,
                    "it signs for InternalHosts and logins; a lease is neither, and its address changes",
                    "in opendkim.conf: MTA ORIGINATING, and " + DOCS);
        }
        if (plain.contains("rspamd") || plain.contains(":11332")) {
            return Remark.advice(
                    "rspamd (" + milters + ") judges and does not sign what leased clients send",
                    where,
                    "it trusts local_addrs (options.inc) and logins; sign_networks and local_addrs know no leases",
                    "a port that says milter_macro_defaults={auth_authen}=lease@DOMAIN: " + DOCS);
        }
        return Remark.advice(
                "the milter " + milters + " takes a leased client's mail for a stranger's",
                where,
                "signers and filters know mynetworks and logins, and no leases",
                DOCS);
    }
}
