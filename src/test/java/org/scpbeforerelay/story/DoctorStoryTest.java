package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** A Postfix that refuses dynamic addresses in every way it knows: what {@code check} says of it, and what the commands that it prints do. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String HOME = "198.51.100.10";

    private NetworkLab lab;
    private Host shadowfax;
    private Host gwaihir;
    private Host stranger;
    private PostfixHost postfix;
    private DaemonProcess daemon;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME);
        stranger = lab.host("stranger", "198.51.100.66");
        shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .set("default_transport", "discard:")
                        .relayByPolicy()
                        .set("smtpd_client_restrictions", "permit_mynetworks, reject_unknown_client_hostname")
                        .set("smtpd_helo_restrictions", "reject_non_fqdn_helo_hostname")
                        .set("smtpd_sender_login_maps", "inline:{ gerard@example.org=gerard }")
                        .set("smtpd_sender_restrictions", "reject_unauthenticated_sender_login_mismatch")
                        .set(
                                "smtpd_recipient_restrictions",
                                "reject_non_fqdn_recipient, check_client_access regexp:{ {/^198\\.51\\.100\\./ REJECT dynamic} }"));
        postfix.start();
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = ["%s:2222"]
                [lookup]
                listen = ["127.0.0.1:10040", "unix:%s"]
                [console]
                listen = ""
                """.formatted(SHADOWFAX, postfix.policySocket()));
        Files.writeString(
                daemon.state().resolve("users/gerard.toml"),
                "keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaoX7ZE7DXld8TP79HyddMVTS gerard\"]\n");
        daemon.start();
        assertThat(daemon.command("grant", "gerard/gwaihir", HOME).output()).contains("granted");
    }

    @AfterAll
    void close() {
        lab.close();
    }

    private CommandResult check(String... more) {
        var words = new ArrayList<>(
                List.of("check", "--json", "-c", postfix.configDirectory().toString()));
        words.addAll(List.of(more));
        return daemon.command(words.toArray(String[]::new));
    }

    private static List<JsonNode> findings(CommandResult checked, String part) {
        List<JsonNode> found = new ArrayList<>();
        Json.read(checked.stdout()).path("findings").forEach(one -> {
            if (one.path("what").asString().contains(part)) {
                found.add(one);
            }
        });
        return found;
    }

    /** With the name that a computer at home gives itself. */
    private static int relay(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
            smtp.say("EHLO " + host.name());
            smtp.mail("gerard@example.org");
            return smtp.rcpt("friend@example.net").code();
        }
    }

    @Test
    @Order(1)
    void aLeasedClientIsRefusedForItsAddressItsNameItsGreetingAndItsSender() throws Exception {
        assertThat(relay(gwaihir)).isNotEqualTo(250);
        CommandResult checked = check();
        assertThat(findings(checked, "may refuse a leased client"))
                .as(checked.output())
                .hasSize(4)
                .allSatisfy(one -> assertThat(one.path("remedy").asString()).startsWith("postconf -c "))
                .extracting(one -> one.path("what").asString())
                .anyMatch(what -> what.startsWith("reject_unknown_client_hostname"))
                .anyMatch(what -> what.startsWith("reject_non_fqdn_helo_hostname"))
                .anyMatch(what -> what.startsWith("reject_unauthenticated_sender_login_mismatch"))
                .anyMatch(what -> what.startsWith("check_client_access regexp:"));
    }

    @Test
    @Order(2)
    void theCommandsThatItPrintsLetTheLeasedClientPassAndNobodyElse() throws Exception {
        for (JsonNode one : findings(check(), "may refuse a leased client")) {
            shadowfax.shell(one.path("remedy").asString());
        }
        assertThat(postfix.postconf("-h", "smtpd_recipient_restrictions").stdout())
                .contains("check_client_access regexp:{ {/^198\\.51\\.100\\./ REJECT dynamic} }");
        postfix.reload();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(relay(gwaihir)).isEqualTo(250));
        assertThat(relay(stranger)).isNotEqualTo(250);
        assertThat(findings(check(), "may refuse a leased client")).isEmpty();
        daemon.command("revoke", "gerard/gwaihir");
        assertThat(relay(gwaihir)).isNotEqualTo(250);
        daemon.command("grant", "gerard/gwaihir", HOME);
        assertThat(relay(gwaihir)).isEqualTo(250);
    }

    @Test
    @Order(3)
    void askedAsAStrangerAClosedRelaySaysSoAndNothingIsLeftOfTheQuestion() throws Exception {
        assertThat(findings(check("--probe"), "a stranger was refused, but not for relaying"))
                .hasSize(2);
        relayRestrictions("permit_mynetworks, reject_unauth_destination");
        CommandResult checked = check("--probe");
        assertThat(findings(checked, "a stranger may not relay; Postfix answers"))
                .as(checked.output())
                .extracting(one -> one.path("where").asString())
                .containsExactly(
                        "smtp/inet at 198.18.255.254 port 25, asked from 198.18.255.253",
                        "smtp/inet at 2001:2:0:ffff::e port 25, asked from 2001:2:0:ffff::d");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(shadowfax.exec("ip", "link").stdout()).doesNotContain("scp-probe"));
        assertThat(postfix.mailLog()).contains("reject: RCPT from unknown[198.18.255.253]");
        assertThat(findings(check(), "Postfix answers")).isEmpty();
    }

    @Test
    @Order(4)
    void aRelayThatATableOpensIsFoundByAskingWhereReadingItsConfigurationDoesNotTell() throws Exception {
        Path table = Files.writeString(postfix.configDirectory().resolve("anybody"), "0.0.0.0/0 OK\n");
        relayRestrictions("permit_mynetworks, check_client_access cidr:" + table + ", reject_unauth_destination");
        assertThat(findings(check(), "open relay")).isEmpty();
        CommandResult checked = check("--probe");
        assertThat(findings(checked, "open relay: a stranger may send from relay-probe@example.net to anybody"))
                .as(checked.output())
                .hasSize(1);
        assertThat(checked.exit()).isEqualTo(1);
        assertThat(postfix.tool("postqueue", "-p").stdout()).contains("Mail queue is empty");
    }

    @Test
    @Order(5)
    void aRelayThatBelievesSendersIsFoundByAskingToo() throws Exception {
        relayRestrictions("permit_mynetworks, check_sender_access inline:{example.org=OK}, reject_unauth_destination");
        CommandResult checked = check("--probe");
        assertThat(findings(checked, "open relay: a stranger may send from postmaster@example.org to anybody"))
                .as(checked.output())
                .hasSize(2);
        assertThat(findings(checked, "relay by the client's word")).hasSize(1);
    }

    @Test
    @Order(6)
    void aUserWithLimitsIsLostWherePostfixAsksATable() throws Exception {
        Path bilbo = Files.writeString(
                daemon.state().resolve("users/bilbo.toml"),
                "keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3XsmdyvJXYGKCWYbMDnkFQ8gJXu7WHNZQ1vRkyJDPL bilbo\"]\n"
                        + "senders = [\"bilbo@example.org\"]\n");
        relayRestrictions("permit_mynetworks, permit_auth_destination, "
                + "check_client_access socketmap:inet:127.0.0.1:10040:relay, reject_unauth_destination");
        assertThat(findings(check(), "user bilbo may not relay: Postfix asks a table, where senders cannot be limited"))
                .hasSize(1);
        Files.delete(bilbo);
        assertThat(findings(check(), "may not relay: Postfix asks")).isEmpty();
    }

    @Test
    @Order(7)
    void dockersGatewayInMynetworksIsAProblemOnceThereIsABridge() throws Exception {
        postfix.postconf("-e", "mynetworks = 127.0.0.0/8 172.16.0.0/12").orThrow();
        assertThat(findings(check(), "where the gateway of")).isEmpty();
        shadowfax.shell("ip link add docker0 type bridge && ip address add 172.18.0.1/16 dev docker0");
        var proxy = shadowfax.start(
                "docker-proxy",
                "bash",
                "-c",
                "exec -a /usr/bin/docker-proxy sh -c 'read line < /dev/zero' -proto tcp -host-ip 0.0.0.0 -host-port 25");
        CommandResult checked = check();
        assertThat(findings(checked, "mynetworks trusts 172.16.0.0/12, where the gateway of docker0 is"))
                .as(checked.output())
                .hasSize(1)
                .first()
                .satisfies(one -> assertThat(one.path("where").asString()).isEqualTo("docker0 172.18.0.1"));
        assertThat(findings(checked, "docker-proxy answers on port 25")).hasSize(1);
        proxy.close();
        shadowfax.shell("ip link delete docker0");
        postfix.postconf("-e", "mynetworks = 127.0.0.0/8").orThrow();
    }

    @Test
    @Order(8)
    void aDiskThatIsAlmostFullAndAHostKeyThatOthersMayReadAreFoundWhileItRuns() throws Exception {
        assertThat(findings(check(), "MiB are free")).hasSize(1);
        assertThat(findings(check(), "the kernel's clock is ")).hasSize(1);
        assertThat(findings(check(), "the SSH endpoint answers")).hasSize(1);
        assertThat(findings(check(), "host key ssh-ed25519 SHA256:")).hasSize(1);
        daemon.stop();
        String state = daemon.state().toString();
        shadowfax.shell("cp -a " + state + " " + state + ".kept && mount -t tmpfs -o size=8m,mode=755 tmpfs " + state
                + " && cp -a " + state + ".kept/. " + state + "/ && chmod 644 " + state
                + "/host-keys/ssh_host_ed25519_key && chmod 777 " + state + "/users");
        CommandResult checked = check();
        assertThat(findings(checked, "MiB are free"))
                .as(checked.output())
                .first()
                .satisfies(one -> assertThat(one.path("grade").asString()).isEqualTo("problem"));
        assertThat(findings(checked, "others may read or write the host key")).hasSize(1);
        assertThat(findings(checked, "everybody on this host may write to " + state + "/users"))
                .hasSize(1);
        assertThat(findings(checked, "nobody listens there")).hasSize(1);
        assertThat(findings(checked, "no daemon answers")).hasSize(1);
        shadowfax.shell("umount " + state);
    }

    /** In force when it returns: the smtpd that is asked next has read it. */
    private void relayRestrictions(String list) throws Exception {
        for (String parameter : List.of("client", "helo", "sender", "recipient")) {
            postfix.postconf("-e", "smtpd_" + parameter + "_restrictions =").orThrow();
        }
        postfix.postconf("-e", "smtpd_relay_restrictions = " + list).orThrow();
        postfix.stop();
        postfix.start();
    }
}
