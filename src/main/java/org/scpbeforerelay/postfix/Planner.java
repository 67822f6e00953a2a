package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the plan: our question into every list of port 25 that refuses relay, before what refuses it.
 *
 * <p>{@code permit_auth_destination} goes before it where that changes nothing else, so that mail for the host's own domains never
 * asks. Where a service has a list of its own in master.cf, it gets a name in main.cf and is edited there: a value in master.cf
 * is hard to read. Everything else stays, byte for byte.
 */
public final class Planner {
    private static final String RELAY = "smtpd_relay_restrictions";
    private static final String RECIPIENT = "smtpd_recipient_restrictions";
    private static final String DATA = "smtpd_data_restrictions";

    private final MailSetup setup;
    private final Ours ours;
    private final Way way;
    private final List<Plan.Change> changes = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    /** Parameters that this plan adds to main.cf, with the value they take over. */
    private final Map<String, String> added = new HashMap<>();

    private ConfigText main;
    private ConfigText master;

    private Planner(MailSetup setup, Ours ours, Way way) {
        this.setup = setup;
        this.ours = ours;
        this.way = way;
        this.main = new ConfigText(setup.mainCf());
        this.master = new ConfigText(setup.masterCf());
    }

    /** A plan, or why there is none. */
    public static Plan plan(MailSetup setup, Ours ours, Way way) {
        String refusal = refusal(setup, ours, way);
        if (!refusal.isEmpty()) {
            return new Plan(refusal, List.of(), setup.mainCf(), setup.masterCf());
        }
        return new Planner(setup, ours, way).plan();
    }

    private static String refusal(MailSetup setup, Ours ours, Way way) {
        if (setup.smtpds().isEmpty()) {
            return "no smtpd of master.cf takes mail from the network: there is nobody who could ask";
        }
        if (way instanceof Way.Policy && setup.version() < 300) {
            return "Postfix " + setup.value("mail_version")
                    + " cannot say what to do while a policy service is away; it needs 3.0";
        }
        if (way instanceof Way.Table table && !setup.tableTypes().isEmpty()) {
            String type = table.table().substring(0, table.table().indexOf(':'));
            if (!setup.tableTypes().contains(type)) {
                return "this Postfix has no " + type + " tables (postconf -m)";
            }
        }
        for (MailService service : setup.mailIn()) {
            if (RelayExam.isOpen(setup, ours, service)) {
                return "service " + service + " is an open relay; mend that first (scp-before-relay check says how)";
            }
            boolean closes = setup.list(service, RELAY).stream().anyMatch(Restriction::refusesRelay)
                    || setup.list(service, RECIPIENT).stream().anyMatch(Restriction::refusesRelay);
            if (!closes) {
                return "nothing in the lists of service " + service
                        + " refuses relay; mend that first (scp-before-relay check says how)";
            }
        }
        return "";
    }

    private Plan plan() {
        for (MailService service : setup.mailIn()) {
            boolean relayCloses = setup.list(service, RELAY).stream().anyMatch(Restriction::refusesRelay);
            boolean recipientCloses = setup.list(service, RECIPIENT).stream().anyMatch(Restriction::refusesRelay);
            if (relayCloses) {
                askBeforeRefusal(service, RELAY, false);
            }
            if (recipientCloses) {
                askBeforeRefusal(service, RECIPIENT, relayCloses);
            }
            askAtData(service);
        }
        return new Plan("", changes, main.toString(), master.toString());
    }

    /** A list that some service applies, brought to main.cf if it is not there. */
    private Optional<String> parameterOf(MailService service, String parameter) {
        String raw = service.raw().get(parameter);
        if (raw == null) {
            return Optional.of(parameter);
        }
        Optional<String> named = nameIn(raw);
        if (named.isPresent()) {
            return named;
        }
        String name = "scp_" + service.port().replaceAll("\\W", "_") + "_" + service.type() + "_"
                + parameter.replaceFirst("^smtpd_", "");
        Optional<ConfigText.Value> value = master.override(service, parameter);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        added.put(name, raw);
        master = master.replaced(
                value.get().start(), value.get().start() + value.get().masked().length(), "$" + name);
        changes.add(
                new Plan.Change(
                        "master.cf " + service,
                        "the service has a list of its own, which main.cf does not reach: it gets a name there, and the same content"));
        return Optional.of(name);
    }

    /** {@code $name}, {@code ${name}}: a list that stands in main.cf under that name. */
    private Optional<String> nameIn(String raw) {
        String plain = raw.strip();
        if (!plain.matches("\\$(\\w+|\\{\\w+}|\\(\\w+\\))")) {
            return Optional.empty();
        }
        String name = plain.replaceAll("\\W", "");
        return setup.set().containsKey(name) ? Optional.of(name) : Optional.empty();
    }

    private void askBeforeRefusal(MailService service, String list, boolean second) {
        String question = way.question(second);
        List<Restriction> now = setup.list(service, list);
        if (isAsRight(now, question)) {
            return;
        }
        Optional<String> found = parameterOf(service, list);
        if (found.isEmpty() || !seen.add(found.get())) {
            return;
        }
        String parameter = resolved(found.get());
        if (main.value(parameter).isEmpty()) {
            // Not in main.cf: the default, or what stood in master.cf.
            String value = added.getOrDefault(parameter, setup.value(parameter));
            main = main.with(
                    parameter,
                    Restriction.list(value).stream().map(Planner::text).toList());
        }
        takeOut(parameter, false);
        List<Restriction> items = items(parameter);
        int closes = firstThatRefuses(items);
        if (closes < 0) {
            return;
        }
        Restriction refuses = items.get(closes);
        boolean spare = refuses.sparesOwnDomains()
                && closes == items.size() - 1
                && items.subList(0, closes).stream()
                        .noneMatch(one -> one.name().equals("permit_auth_destination") && !one.warnOnly());
        insert(parameter, closes, question);
        if (spare) {
            insert(parameter, closes, "permit_auth_destination");
            changes.add(
                    new Plan.Change(
                            parameter,
                            "permit_auth_destination comes first, so that mail for this host's own domains never asks and never suffers"));
        }
        changes.add(new Plan.Change(
                parameter,
                (second
                                ? "this list refuses relay too, and a permit elsewhere does not pass it: "
                                : "asks before " + refuses.name() + " refuses: ")
                        + way.why()));
    }

    /** {@code smtpd_relay_restrictions = $my_list}: the list is edited where it stands. */
    private String resolved(String parameter) {
        String name = parameter;
        for (int i = 0; i < 8; i++) {
            Optional<String> next = nameIn(setup.set().getOrDefault(name, ""));
            if (next.isEmpty()) {
                return name;
            }
            name = next.get();
        }
        return name;
    }

    /** Whether it asks once, as we would write it, before relay is refused. */
    private boolean isAsRight(List<Restriction> list, String question) {
        List<Restriction> asks = list.stream().filter(this::isOurs).toList();
        return asks.size() == 1
                && plain(text(asks.getFirst())).equals(plain(question))
                && list.indexOf(asks.getFirst()) < firstThatRefuses(list);
    }

    private static String plain(String text) {
        return text.replaceAll("\\s*([={},])\\s*", "$1").replaceAll("\\s+", " ");
    }

    private static String text(Restriction one) {
        return (one.warnOnly() ? "warn_if_reject " : "") + one;
    }

    private boolean isOurs(Restriction one) {
        return ours.isAskedBy(one, setup.value("queue_directory"));
    }

    private List<Restriction> items(String parameter) {
        return main.value(parameter)
                .map(value -> Restriction.list(value.masked()))
                .orElse(List.of());
    }

    /** Before the item of this number. */
    private void insert(String parameter, int index, String item) {
        ConfigText.Value value = main.value(parameter).orElseThrow();
        main = main.inserted(value.start() + items(parameter).get(index).start(), item);
    }

    /** Where a list names another that refuses ({@code $mua_relay_restrictions}), that name counts as what refuses. */
    private int firstThatRefuses(List<Restriction> items) {
        for (int i = 0; i < items.size(); i++) {
            Restriction one = items.get(i);
            boolean named = nameIn(one.name())
                            .map(name ->
                                    Restriction.list(setup.value(name)).stream().anyMatch(Restriction::refusesRelay))
                            .orElse(false)
                    || setup.isClass(one.name())
                            && Restriction.list(setup.value(one.name())).stream()
                                    .anyMatch(Restriction::refusesRelay);
            if (one.refusesRelay() || named) {
                return i;
            }
        }
        return -1;
    }

    /** Takes out questions of ours that an earlier version or a hand put elsewhere. */
    private void takeOut(String parameter, boolean policyOnly) {
        for (int i = items(parameter).size() - 1; i >= 0; i--) {
            Restriction one = items(parameter).get(i);
            if (isOurs(one) && (!policyOnly || one.isPolicy())) {
                int start = main.value(parameter).orElseThrow().start();
                main = main.removed(start + one.start(), start + one.end());
                changes.add(new Plan.Change(parameter, "asks at the wrong place or in another way: taken out"));
            }
        }
    }

    private void askAtData(MailService service) {
        Optional<String> question = way.questionAtData();
        List<Restriction> now = setup.list(service, DATA);
        boolean asks = now.stream().anyMatch(this::isOurs);
        if (service.raw().containsKey(DATA)
                || !seen.add(DATA)
                || question.isEmpty() && !asks
                || question.isPresent()
                        && !now.isEmpty()
                        && plain(text(now.getFirst())).equals(plain(question.get()))) {
            return;
        }
        takeOut(DATA, true);
        if (question.isEmpty()) {
            return;
        }
        if (items(DATA).isEmpty()) {
            main.value(DATA)
                    .ifPresent(value -> main = main.replaced(
                            lineStart(value.start()),
                            value.start() + value.masked().length(),
                            ""));
            main = main.with(DATA, List.of(question.get()));
        } else {
            insert(DATA, 0, question.get());
        }
        changes.add(
                new Plan.Change(
                        DATA,
                        "at DATA all recipients are known: limits are settled there and the audit header is added; other mail gets DUNNO"));
    }

    private int lineStart(int at) {
        return main.toString().lastIndexOf('\n', at - 1) + 1;
    }
}
