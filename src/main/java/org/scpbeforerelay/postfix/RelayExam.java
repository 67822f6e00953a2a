package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a stranger may relay: follows the lists as smtpd does for a client outside of {@code mynetworks}, without a login, and a
 * recipient of a foreign domain (SMTPD_ACCESS_README, "Configuring relay control").
 *
 * <p>smtpd asks {@code smtpd_relay_restrictions} and {@code smtpd_recipient_restrictions}, and relays when neither refuses. Where
 * neither has anything that could refuse, it ends before it greets, and says so in its log.
 */
final class RelayExam {
    private static final String RELAY = "smtpd_relay_restrictions";
    private static final String RECIPIENT = "smtpd_recipient_restrictions";

    /** These ask about what anybody may write into a message. */
    private static final Set<String> OF_ANYBODYS_WORD =
            Set.of("check_sender_access", "check_helo_access", "check_sender_mx_access", "check_sender_ns_access");

    /** A table that answers the same to every question. */
    private static final Pattern ALWAYS_OK = Pattern.compile("static:\\{?(?i:ok|permit|[0-9]+)\\b.*");

    private static final Set<String> CAN_REFUSE = Set.of(
            "reject_unauth_destination",
            "defer_unauth_destination",
            "reject",
            "defer",
            "defer_if_permit",
            "check_relay_domains");

    private RelayExam() {}

    /** What a list does with a stranger's relay; the later the better. */
    enum Door {
        OPEN,
        BY_ANYBODYS_WORD,
        AJAR,
        CLOSED
    }

    /** What a list does, and the restriction that decides it. */
    record Judged(Door door, String by) {}

    static List<Remark> examine(MailSetup setup, Ours ours) {
        List<Remark> remarks = new ArrayList<>();
        for (MailService service : setup.smtpds()) {
            remarks.add(examine(setup, ours, service));
        }
        return remarks;
    }

    private static Remark examine(MailSetup setup, Ours ours, MailService service) {
        Judged relay = judge(setup, ours, setup.list(service, RELAY));
        Judged recipient = judge(setup, ours, setup.list(service, RECIPIENT));
        if (!canRefuse(setup, setup.value(service, RELAY), 0)
                && !canRefuse(setup, setup.value(service, RECIPIENT), 0)) {
            return Remark.problem(
                    "nothing in the lists can refuse relay, so smtpd ends at once and takes no mail",
                    where(service, RELAY),
                    "Postfix rather takes no mail at all than be an open relay; its log says \"specify at least one working instance\"",
                    mend(service, RELAY, "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"));
        }
        boolean byRelay = relay.door().compareTo(recipient.door()) >= 0;
        Judged door = byRelay ? relay : recipient;
        String list = byRelay ? RELAY : RECIPIENT;
        return switch (door.door()) {
            case OPEN ->
                Remark.problem(
                        "open relay: " + door.by() + " lets every stranger relay",
                        where(service, list),
                        "within hours it is found, and the host is on every block list",
                        mend(
                                service,
                                RELAY,
                                "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"));
            case BY_ANYBODYS_WORD ->
                Remark.problem(
                        "relay by the client's word: " + door.by() + " stands before what refuses relay",
                        where(service, list),
                        "sender and HELO name are what a client says; who guesses one that is OK may relay",
                        "move it behind reject_unauth_destination, or into smtpd_sender_restrictions");
            case AJAR ->
                Remark.advice(
                        "who may relay is also up to " + door.by(),
                        where(service, list),
                        "an OK from there, before what refuses relay, is a permit to relay",
                        "move it behind reject_unauth_destination, or be sure what it answers");
            case CLOSED -> Remark.good("strangers may not relay: " + door.by(), where(service, list));
        };
    }

    /** As smtpd looks for it at its start: up to a {@code permit}, and what {@code warn_if_reject} stands before does not count. */
    private static boolean canRefuse(MailSetup setup, String value, int depth) {
        for (Restriction one : Restriction.list(value)) {
            if (one.name().equals("permit")) {
                return false;
            }
            boolean itself = !one.warnOnly() && CAN_REFUSE.contains(one.name());
            if (itself
                    || depth < 8 && setup.isClass(one.name()) && canRefuse(setup, setup.value(one.name()), depth + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Whether this service relays for anybody; a plan must not be built on that. */
    static boolean isOpen(MailSetup setup, Ours ours, MailService service) {
        return isOpen(setup, ours, setup.list(service, RELAY)) && isOpen(setup, ours, setup.list(service, RECIPIENT));
    }

    /** Questions of ours aside: the plan writes those anew. */
    private static boolean isOpen(MailSetup setup, Ours ours, List<Restriction> list) {
        String queue = setup.value("queue_directory");
        return judge(
                                setup,
                                ours,
                                list.stream()
                                        .filter(one -> !ours.isAskedBy(one, queue))
                                        .toList())
                        .door()
                == Door.OPEN;
    }

    static Judged judge(MailSetup setup, Ours ours, List<Restriction> list) {
        Judged worst = new Judged(Door.CLOSED, "");
        for (Restriction one : list) {
            if (one.refusesRelay() || one.name().equals("defer_if_permit")) {
                return worst.door() == Door.CLOSED ? new Judged(Door.CLOSED, one.toString()) : worst;
            }
            Door door = door(setup, ours, one);
            if (door == Door.OPEN) {
                return new Judged(Door.OPEN, one.toString());
            }
            worst = door.compareTo(worst.door()) < 0 ? new Judged(door, one.toString()) : worst;
        }
        return new Judged(Door.OPEN, "a list in which nothing refuses");
    }

    /** What a restriction that does not refuse may let in. */
    private static Door door(MailSetup setup, Ours ours, Restriction one) {
        if (ours.isAskedBy(one, setup.value("queue_directory"))) {
            String away = one.attribute("default_action").orElse("").toLowerCase(Locale.ROOT);
            return away.startsWith("ok") || away.startsWith("permit") ? Door.OPEN : Door.CLOSED;
        }
        if (one.warnOnly()) {
            return Door.CLOSED; // it says what it would do, and does not
        }
        return switch (one.name()) {
            case "permit", "permit_naked_ip_address", "check_relay_domains" -> Door.OPEN;
            case "permit_dnswl_client", "permit_rhswl_client", "permit_mx_backup", "permit_tls_all_clientcerts" ->
                Door.AJAR;
            default -> {
                if (one.isTable() && ALWAYS_OK.matcher(one.argument()).matches()) {
                    yield Door.OPEN;
                }
                if (OF_ANYBODYS_WORD.contains(one.name())) {
                    yield Door.BY_ANYBODYS_WORD;
                }
                yield one.isPolicy() || one.isTable() && mayPermit(one) ? Door.AJAR : Door.CLOSED;
            }
        };
    }

    /** Client certificates and logins are proofs; an address in a table is the operator's word. */
    private static boolean mayPermit(Restriction one) {
        return switch (one.name()) {
            case "check_ccert_access", "check_sasl_access", "check_client_access", "check_etrn_access" -> false;
            default -> true;
        };
    }

    static String where(MailService service, String parameter) {
        return (service.overrides().containsKey(parameter) ? "master.cf " + service + ": -o " : "main.cf: ")
                + parameter
                + (service.overrides().containsKey(parameter) ? "" : " (service " + service + ")");
    }

    /** The command that gives a parameter this value where it counts for this service. */
    static String mend(MailService service, String parameter, String value) {
        return service.overrides().containsKey(parameter)
                ? "postconf -P '" + service + "/" + parameter + " = " + value + "'"
                : "postconf -e '" + parameter + " = " + value + "'";
    }
}
