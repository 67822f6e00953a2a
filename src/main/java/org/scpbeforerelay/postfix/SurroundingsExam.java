package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.address.SpecialNetwork;

/** What stands around the question: {@code mynetworks}, types of tables, {@code relayhost}, ports with lists of their own. */
final class SurroundingsExam {
    /** Every type that a Postfix 3.x may have; "inet:" or "smtp:" is none. */
    private static final Pattern TABLE = Pattern.compile(
            "(?<![\\w:])(?:proxy:)?(btree|cdb|cidr|dbm|environ|fail|hash|inline|ldap|lmdb|memcache|mongodb|mysql|nis|nisplus|pcre"
                    + "|pgsql|pipemap|randmap|regexp|sdbm|socketmap|sqlite|static|tcp|texthash|unionmap):(?=[\\w/${\\[.])");

    private static final Set<String> DEBIAN_PACKAGES =
            Set.of("cdb", "ldap", "lmdb", "mongodb", "mysql", "pcre", "pgsql", "sqlite");

    private static final Network DOCKER = network("172.17.0.0/16");
    private static final Network CARRIER = network("100.64.0.0/10");

    private final MailSetup setup;
    private final Ours ours;
    private final List<Remark> remarks = new ArrayList<>();

    private SurroundingsExam(MailSetup setup, Ours ours) {
        this.setup = setup;
        this.ours = ours;
    }

    static List<Remark> examine(MailSetup setup, Ours ours) {
        SurroundingsExam exam = new SurroundingsExam(setup, ours);
        exam.examineNetworks();
        exam.examineTables();
        exam.examineRelayhost();
        exam.examinePorts();
        return List.copyOf(exam.remarks);
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void examineNetworks() {
        String style = setup.value("mynetworks_style");
        if (!setup.set().containsKey("mynetworks") && style.equals("class")) {
            remarks.add(Remark.problem(
                    "mynetworks_style = class trusts a whole class A, B or C network around this host",
                    "main.cf: mynetworks_style",
                    "everybody in it may relay",
                    "postconf -e 'mynetworks_style = host'"));
        }
        for (Words.Word word : Words.of(setup.value("mynetworks"))) {
            examineNetwork(word.text());
        }
    }

    private void examineNetwork(String word) {
        if (word.startsWith("!")) {
            return;
        }
        if (word.matches("[a-z]+:.*") && !word.startsWith("[")) {
            examineNetworkTable(word);
            return;
        }
        Optional<Network> parsed = TrustedNetworks.parse(word);
        if (parsed.isEmpty()) {
            return; // smtpd itself says what is wrong with it
        }
        Network network = parsed.get();
        String where = "main.cf: mynetworks";
        int bits = network.prefixLength();
        boolean four = network.base().isIpv4();
        boolean special = SpecialNetwork.of(network.base()).isPresent();
        if (bits == 0) {
            remarks.add(Remark.problem(
                    "open relay: mynetworks holds " + word + ", which is everybody",
                    where,
                    "permit_mynetworks lets every stranger relay",
                    "postconf -e 'mynetworks = 127.0.0.0/8 [::1]/128'"));
        } else if (overlaps(network, CARRIER)) {
            remarks.add(Remark.problem(
                    "mynetworks holds " + word + ", a carrier's network",
                    where,
                    "addresses of 100.64.0.0/10 are shared by many customers of a provider",
                    "take " + word + " out of mynetworks"));
        } else if (overlaps(network, DOCKER)) {
            remarks.add(Remark.advice(
                    "mynetworks holds " + word + ", where Docker's gateway is",
                    where,
                    "through a published port every client of the world may come from 172.17.0.1, and may relay then",
                    "take " + word + " out of mynetworks, or name single containers"));
        } else if (bits < (four ? 16 : 32) && !special) {
            remarks.add(Remark.problem(
                    "mynetworks holds " + word + ": whole providers may relay",
                    where,
                    "every host in it that is taken over sends by you",
                    "name the networks that are yours"));
        }
    }

    private void examineNetworkTable(String table) {
        boolean isOurs = ours.isOurTable(table, setup.value("queue_directory"));
        remarks.add(Remark.advice(
                "mynetworks looks into the table " + table,
                "main.cf: mynetworks",
                "it is asked for the client's name first (a key 'unknown' opens it to all), a table that fails is 451 for all mail"
                        + (isOurs ? ", and it lifts the limits on rates for leased clients too" : ""),
                isOurs
                        ? "take it out of mynetworks; scp-before-relay postfix --apply"
                        : "check_client_access " + table
                                + " in smtpd_relay_restrictions, behind permit_auth_destination"));
    }

    private static boolean overlaps(Network one, Network other) {
        return one.contains(other.base()) || other.contains(one.base());
    }

    private void examineTables() {
        if (setup.tableTypes().isEmpty()) {
            return;
        }
        new TreeMap<>(setup.set()).forEach((parameter, value) -> examineTables(parameter, value, "main.cf: "));
        for (MailService service : setup.services()) {
            service.overrides()
                    .forEach((parameter, value) -> examineTables(parameter, value, "master.cf " + service + ": -o "));
        }
    }

    private void examineTables(String parameter, String value, String where) {
        Set<String> missing = new LinkedHashSet<>();
        Matcher tables = TABLE.matcher(value);
        while (tables.find()) {
            if (!setup.tableTypes().contains(tables.group(1))) {
                missing.add(tables.group(1));
            }
        }
        for (String type : missing) {
            remarks.add(Remark.problem(
                    "this Postfix has no " + type + " tables",
                    where + parameter,
                    "smtpd answers 451 to whatever needs one, and nothing else tells",
                    DEBIAN_PACKAGES.contains(type)
                            ? "apt-get install postfix-" + type
                            : "use one of those that postconf -m lists"));
        }
    }

    private void examineRelayhost() {
        String hop = setup.value("relayhost");
        if (!hop.isEmpty()) {
            remarks.add(Remark.good(
                    "what leased clients send goes on by way of " + hop + ", which must take their senders",
                    "main.cf: relayhost"));
        }
    }

    /** Ports beside 25 that say for themselves who may relay. */
    private void examinePorts() {
        for (MailService service : setup.smtpds()) {
            if (setup.mailIn().contains(service)) {
                continue;
            }
            List<Restriction> relay = setup.list(service, "smtpd_relay_restrictions");
            List<Restriction> recipient = setup.list(service, "smtpd_recipient_restrictions");
            boolean own = service.overrides().containsKey("smtpd_relay_restrictions")
                    || service.overrides().containsKey("smtpd_recipient_restrictions")
                    || service.overrides().containsKey("smtpd_client_restrictions");
            String queue = setup.value("queue_directory");
            boolean asks = relay.stream().anyMatch(one -> ours.isAskedBy(one, queue))
                    || recipient.stream().anyMatch(one -> ours.isAskedBy(one, queue));
            if (own && !asks) {
                remarks.add(
                        Remark.advice(
                                "port " + service.port() + " has lists of its own and does not ask this program",
                                "master.cf " + service,
                                "a leased client relays on port 25; here it needs what the service asks for, a login as a rule",
                                "nothing, when clients with leases use port 25; else docs/postfix.md, \"A port for leased clients\""));
            }
        }
    }
}
