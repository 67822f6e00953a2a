package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
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
}
