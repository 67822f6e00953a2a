package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether Postfix asks this program, in the right stage, at the right place, and with what it should do while nobody answers. */
final class AskExam {
    private static final String RELAY = "smtpd_relay_restrictions";
    private static final String RECIPIENT = "smtpd_recipient_restrictions";
    private static final String APPLY = "scp-before-relay postfix --apply";

    /** A permit in these is no permit to relay. */
    private static final List<String> OTHER_STAGES = List.of(
            "smtpd_client_restrictions",
            "smtpd_helo_restrictions",
            "smtpd_sender_restrictions",
            "smtpd_data_restrictions",
            "smtpd_end_of_data_restrictions",
            "smtpd_etrn_restrictions");

    private final MailSetup setup;
    private final Ours ours;
    private final List<Remark> remarks = new ArrayList<>();

    private AskExam(MailSetup setup, Ours ours) {
        this.setup = setup;
        this.ours = ours;
    }

    static List<Remark> examine(MailSetup setup, Ours ours) {
        AskExam exam = new AskExam(setup, ours);
        setup.mailIn().forEach(exam::examine);
        return List.copyOf(exam.remarks);
    }

    private void examine(MailService service) {
        List<Restriction> relay = setup.list(service, RELAY);
        List<Restriction> recipient = setup.list(service, RECIPIENT);
        int asked = remarks.size();
        boolean relayCloses = relay.stream().anyMatch(Restriction::refusesRelay);
        boolean recipientCloses = recipient.stream().anyMatch(Restriction::refusesRelay);
        if (relayCloses) {
            examine(service, RELAY, relay);
        }
        if (recipientCloses) {
            examine(service, RECIPIENT, recipient);
        }
        if (remarks.size() == asked) {
            sayThatNobodyAsks(service);
        }
    }

    private void sayThatNobodyAsks(MailService service) {
        for (String stage : OTHER_STAGES) {
            if (setup.list(service, stage).stream().anyMatch(this::isOurs)) {
                remarks.add(Remark.problem(
                        "asked at the wrong stage: " + stage,
                        RelayExam.where(service, stage),
                        "a permit there lets nobody relay; only one in " + RELAY + " does",
                        APPLY));
                return;
            }
        }
        remarks.add(Remark.problem(
                "Postfix does not ask this program",
                RelayExam.where(service, RELAY),
                service.overrides().containsKey(RELAY)
                        ? "the service's own list counts here, not the one of main.cf; no lease lets anybody relay"
                        : "no lease lets anybody relay here",
                APPLY));
    }

    private boolean isOurs(Restriction one) {
        return ours.isAskedBy(one, setup.value("queue_directory"));
    }

    /** A list that refuses relay must ask before it does. */
    private void examine(MailService service, String parameter, List<Restriction> list) {
        int closes = firstThatRefuses(list);
        int asks = -1;
        for (int i = 0; i < list.size() && asks < 0; i++) {
            asks = isOurs(list.get(i)) ? i : -1;
        }
        String where = RelayExam.where(service, parameter);
        if (asks < 0) {
            boolean other = parameter.equals(RELAY)
                    ? setup.list(service, RECIPIENT).stream().anyMatch(this::isOurs)
                    : setup.list(service, RELAY).stream().anyMatch(this::isOurs);
            if (other) {
                remarks.add(Remark.problem(
                        list.get(closes) + " refuses leased clients: nothing before it asks this program",
                        where,
                        parameter.equals(RELAY)
                                ? "a permit in " + RECIPIENT + " alone does not authorise relay"
                                : "both lists must let a message pass; a permit in " + RELAY
                                        + " does not pass this one",
                        APPLY));
            }
            return;
        }
        if (asks > closes) {
            remarks.add(Remark.problem(
                    "asked too late: behind " + list.get(closes),
                    where,
                    "relay is refused before the question; the daemon is never asked, and nothing says so",
                    APPLY));
            return;
        }
        examineQuestion(service, where, list, asks);
    }

    private static int firstThatRefuses(List<Restriction> list) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).refusesRelay()) {
                return i;
            }
        }
        return list.size();
    }

    private void examineQuestion(MailService service, String where, List<Restriction> list, int asks) {
        Restriction question = list.get(asks);
        boolean spared = list.subList(0, asks).stream()
                .anyMatch(one -> one.name().equals("permit_auth_destination") && !one.warnOnly());
        if (question.warnOnly()) {
            remarks.add(Remark.problem(
                    "warn_if_reject stands before the question", where, "its answers are only logged", APPLY));
            return;
        }
        if (question.isPolicy()) {
            examineAway(question, where, spared);
            examineSocket(service, question, where);
        } else {
            examineTable(question, where, spared);
        }
        remarks.add(Remark.good("Postfix asks this program before it refuses relay", where));
    }

    /** What happens while the daemon is away: {@code smtpd_policy_service_default_action}, 451 for everything by default. */
    private void examineAway(Restriction question, String where, boolean spared) {
        String action = question.attribute("default_action")
                .orElse(setup.value("smtpd_policy_service_default_action"))
                .toUpperCase(Locale.ROOT);
        if (action.startsWith("DEFER_IF_REJECT")) {
            return;
        }
        if (action.startsWith("OK") || action.startsWith("PERMIT")) {
            return; // RelayExam says that it is an open relay
        }
        if (action.startsWith("DUNNO")) {
            remarks.add(Remark.advice(
                    "while the daemon is away, leased clients are refused for good (default_action=DUNNO)",
                    where,
                    "554 is a bounce; DEFER_IF_REJECT lets their mail wait and closes the relay all the same",
                    APPLY));
            return;
        }
        boolean wrongWay = action.startsWith("DEFER_IF_PERMIT");
        String what = "while the daemon is away, Postfix answers " + (wrongWay ? "DEFER_IF_PERMIT" : "451");
        remarks.add(
                spared
                        ? Remark.advice(
                                what + " to who wants to relay",
                                where,
                                "DEFER_IF_REJECT says better why their mail waits",
                                APPLY)
                        : Remark.problem(
                                what + " to all mail, also for this host's own domains",
                                where,
                                "a helper for relay must never stop ordinary mail",
                                APPLY));
    }

    private void examineSocket(MailService service, Restriction question, String where) {
        String server = question.server();
        String queue = setup.value("queue_directory");
        String path = server.startsWith("unix:") ? server.substring("unix:".length()) : "";
        if (path.startsWith("/") && service.chroot()) {
            String below = path.startsWith(queue + "/") ? path.substring(queue.length() + 1) : Ours.SOCKET;
            remarks.add(Remark.problem(
                    "a chrooted smtpd cannot reach the socket " + path,
                    where,
                    service + " runs in " + queue + ": paths must be below it, and written without it",
                    "write unix:" + below + " (scp-before-relay postfix --apply does)"));
            return;
        }
        if (!ours.answersAt(server, queue)) {
            String socket = path.startsWith("/") ? path : queue + "/" + path;
            remarks.add(Remark.problem(
                    "by the settings nobody answers at " + server,
                    where,
                    "all relay by lease waits (450), and the log of Postfix says \"connect to policy service\"",
                    path.isEmpty()
                            ? "[lookup] listen = [\"" + server.replaceFirst("^inet:", "") + "\"]"
                            : "[lookup] listen = [\"unix:" + socket + "\"]"));
        }
    }

    private void examineTable(Restriction question, String where, boolean spared) {
        if (!spared) {
            remarks.add(Remark.advice(
                    "mail for this host's own domains asks the table too",
                    where,
                    "a table that cannot be read, or nobody who answers, is 451 for all mail",
                    "permit_auth_destination before " + question));
        }
    }
}
