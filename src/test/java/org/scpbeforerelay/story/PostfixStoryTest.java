package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
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
import org.scpbeforerelay.rig.SmtpReply;
import org.scpbeforerelay.rig.SmtpSink;
import org.scpbeforerelay.view.Json;

/** A Postfix as an operator set it up, with two lists that refuse relay; the command, and what mail does before, with and after it. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostfixStoryTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String HOME = "198.51.100.10";

    private NetworkLab lab;
    private Host gwaihir;
    private Host stranger;
    private Host limited;
    private PostfixHost postfix;
    private DaemonProcess daemon;
    private Path mainCf;
    private String before;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME);
        stranger = lab.host("stranger", "198.51.100.66");
        limited = lab.host("limited", "198.51.100.77");
        Host shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        SmtpSink.start(hop, "203.0.113.30", 25);
        postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .relayhost("[203.0.113.30]:25")
                        .set(
                                "smtpd_relay_restrictions",
                                "permit_mynetworks permit_sasl_authenticated reject_unauth_destination")
                        .set(
                                "smtpd_recipient_restrictions",
                                "permit_mynetworks, reject_unauth_destination, reject_non_fqdn_recipient"));
        postfix.start();
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = []
                [lookup]
                listen = ["127.0.0.1:10040", "unix:%s"]
                [console]
                listen = ""
                """.formatted(postfix.policySocket()));
        Files.writeString(
                daemon.state().resolve("users/gerard.toml"),
                "keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaoX7ZE7DXld8TP79HyddMVTS gerard\"]\n");
        Files.writeString(
                daemon.state().resolve("users/bilbo.toml"),
                "keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3XsmdyvJXYGKCWYbMDnkFQ8gJXu7WHNZQ1vRkyJDPL bilbo\"]\nrecipients = \"2/h\"\n");
        daemon.start();
        assertThat(daemon.command("grant", "bilbo/hill", "198.51.100.77").output())
                .contains("granted");
        assertThat(daemon.command("grant", "gerard/gwaihir", HOME).output()).contains("granted");
        mainCf = postfix.configDirectory().resolve("main.cf");
        before = Files.readString(mainCf);
    }

    @AfterAll
    void close() {
        lab.close();
    }

    private CommandResult command(String... more) {
        var words = new ArrayList<>(
                List.of("postfix", "-c", postfix.configDirectory().toString()));
        words.addAll(List.of(more));
        return daemon.command(words.toArray(String[]::new));
    }

    @Test
    @Order(1)
    void withoutItNobodyRelaysAndTheCommandShowsWhatToChange() throws Exception {
        assertThat(relay(gwaihir).code()).isEqualTo(554);
        CommandResult shown = command();
        assertThat(shown.exit()).as(shown.output()).isZero();
        assertThat(shown.stdout())
                .contains("--- " + mainCf)
                .contains("+    check_policy_service { unix:scp/policy")
                .contains("Why:")
                .contains("scp-before-relay postfix --apply -c " + postfix.configDirectory() + " --state ");
        assertThat(mainCf).hasContent(before);
        var json = Json.read(command("--json").stdout());
        assertThat(json.path("changed").asBoolean(true)).isFalse();
        assertThat(json.path("diff").get(0).asString()).isEqualTo("--- " + mainCf);
        assertThat(json.path("changes").get(0).path("why").asString()).contains("own domains");
        assertThat(json.path("next").get(0).asString()).contains("postfix --apply");
        assertThat(mainCf).hasContent(before);
    }

    @Test
    @Order(1)
    void withoutTheSocketInTheSettingsItSaysTheVeryLineAndFolder() throws Exception {
        Path bare =
                Files.writeString(daemon.state().resolve("bare.toml"), "[lookup]\nlisten = [\"127.0.0.1:10041\"]\n");
        String shown = command("--config", bare.toString()).stdout();
        assertThat(shown).doesNotContain("install -d");
        assertThat(shown.substring(shown.indexOf("Next:")))
                .as("Postfix asks at a socket only when there is one")
                .containsSubsequence(
                        "write into " + bare,
                        "listen = [\"127.0.0.1:10041\", \"unix:" + postfix.policySocket() + "\"]",
                        "start the daemon anew",
                        "scp-before-relay postfix --apply -c " + postfix.configDirectory(),
                        "postfix -c " + postfix.configDirectory() + " reload");
    }

    @Test
    @Order(1)
    void whereNobodyAnswersAtTheSocketApplySaysSoBeforePostfixIsReloaded() throws Exception {
        Path socket = postfix.policySocket();
        Path aside = socket.resolveSibling("aside");
        assertThat(command("--apply").stderr()).doesNotContain("nobody answers");
        command("--undo");
        Files.move(socket, aside);
        CommandResult applied = command("--apply");
        Files.move(aside, socket);
        command("--undo");
        assertThat(applied.exit()).isZero();
        assertThat(applied.stderr())
                .contains("nobody answers at " + socket + " yet")
                .contains("before 'postfix reload'");
        assertThat(mainCf).hasContent(before);
    }

    @Test
    @Order(1)
    void whatCannotBeDoneHasAnExitStatusOfItsOwnAndChangesNothing() throws Exception {
        assertThat(command("--way", "table").exit()).isEqualTo(78);
        assertThat(command("--undo").exit()).isEqualTo(1);
        assertThat(command("--apply", "--undo").exit()).isEqualTo(64);
        String directory = postfix.configDirectory().toString();
        postfix.host().shell("mount --bind " + directory + " " + directory + "\nmount -o remount,bind,ro " + directory);
        CommandResult readOnly = command("--apply");
        postfix.host().shell("umount " + directory);
        assertThat(readOnly.exit()).as(readOnly.output()).isEqualTo(73);
        assertThat(readOnly.stderr()).contains(directory).contains("sudo");
        Files.writeString(
                mainCf, before + "smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = permit\n");
        CommandResult open = command("--apply");
        assertThat(open.exit()).as(open.output()).isEqualTo(77);
        assertThat(open.stderr()).contains("open relay");
        Files.writeString(mainCf, before);
    }

    @Test
    @Order(2)
    void appliedLeasedClientsRelayAndStrangersDoNot() throws Exception {
        CommandResult applied = command("--apply");
        assertThat(applied.exit()).as(applied.output()).isZero();
        assertThat(applied.stdout()).contains("Written.").contains("reload");
        reloadedGwaihirGets(250);
        assertThat(relay(stranger).code()).isEqualTo(554);
        assertThat(inbound(stranger).code()).isEqualTo(250);
        assertThat(command().stdout()).contains("Nothing to change");
    }

    @Test
    @Order(3)
    void twoListsThatAskCountARecipientOnce() throws Exception {
        assertThat(relay(limited).code()).isEqualTo(250);
        assertThat(relay(limited).code()).isEqualTo(250);
        assertThat(relay(limited).code()).isEqualTo(450);
    }

    @Test
    @Order(4)
    void withTheDaemonKilledOrdinaryMailFlowsAndRelayWaits() throws Exception {
        daemon.kill();
        assertThat(inbound(stranger).code()).isEqualTo(250);
        assertThat(relay(gwaihir).code()).isEqualTo(450);
        assertThat(relay(stranger).code()).isEqualTo(450);
        daemon.start();
        assertThat(relay(gwaihir).code()).isEqualTo(250);
        assertThat(relay(stranger).code()).isEqualTo(554);
    }

    @Test
    @Order(5)
    void whoEditedSinceKeepsHisEditAndIsToldWhatItIs() throws Exception {
        String applied = Files.readString(mainCf);
        Files.writeString(mainCf, applied + "message_size_limit = 1000000\n");
        CommandResult refused = command("--undo");
        assertThat(refused.exit()).isEqualTo(77);
        assertThat(refused.stdout()).contains("+message_size_limit = 1000000");
        assertThat(Json.read(command("--undo", "--json").stdout())
                        .path("in_the_way")
                        .toString())
                .contains("+message_size_limit = 1000000");
        assertThat(mainCf).hasContent(applied + "message_size_limit = 1000000\n");
        Files.writeString(mainCf, applied);
    }

    @Test
    @Order(6)
    void undoneTheFilesAreWhatTheyWereAndSoIsPostfix() throws Exception {
        assertThat(command("--undo").exit()).isZero();
        assertThat(Files.readString(mainCf)).isEqualTo(before);
        reloadedGwaihirGets(554);
        assertThat(inbound(stranger).code()).isEqualTo(250);
        assertThat(command("--undo").exit()).isEqualTo(1);
    }

    @Test
    @Order(7)
    void theWayOfSocketmapRelaysToo() throws Exception {
        CommandResult applied = command("--apply", "--way", "socketmap");
        assertThat(applied.exit()).as(applied.output()).isZero();
        reloadedGwaihirGets(250);
        assertThat(relay(stranger).code()).isEqualTo(554);
        // From one way to the other without an undo between: the questions of the first are taken out.
        assertThat(command("--apply").exit()).isZero();
        assertThat(Files.readString(mainCf)).doesNotContain("socketmap");
        reloadedGwaihirGets(250);
        assertThat(relay(stranger).code()).isEqualTo(554);
        assertThat(command("--undo").exit()).isZero();
        assertThat(command("--undo").exit()).isZero();
        assertThat(Files.readString(mainCf)).isEqualTo(before);
    }

    @Test
    @Order(8)
    void thePortForLeasedClientsOfTheManualTakesTheirMailAndNobodyElses() throws Exception {
        String manual = Files.readString(Path.of(System.getProperty("project.root", "."), "docs", "postfix.md"));
        List<String> blocks = Pattern.compile("```\n(.*?)```", Pattern.DOTALL)
                .matcher(manual.substring(manual.indexOf("## A port for leased clients")))
                .results()
                .map(found -> found.group(1))
                .toList();
        Path masterCf = postfix.configDirectory().resolve("master.cf");
        Files.writeString(mainCf, before + blocks.get(0));
        Files.writeString(masterCf, Files.readString(masterCf) + blocks.get(1));
        postfix.stop();
        postfix.start();
        try (var smtp = SmtpConversation.open(gwaihir, SHADOWFAX, 2525)) {
            assertThat(smtp.deliver("gerard@example.org", "friend@example.net", "by the port")
                            .code())
                    .isEqualTo(250);
        }
        for (String recipient : List.of("friend@example.net", "gerard@example.org")) {
            try (var smtp = SmtpConversation.open(stranger, SHADOWFAX, 2525)) {
                assertThat(smtp.tryRecipient("a@example.net", recipient).code()).isEqualTo(554);
            }
        }
        daemon.kill();
        try (var smtp = SmtpConversation.open(gwaihir, SHADOWFAX, 2525)) {
            assertThat(smtp.tryRecipient("gerard@example.org", "friend@example.net")
                            .code())
                    .isEqualTo(450);
        }
    }

    /** An smtpd that waited already takes one more client by the old lists. */
    private void reloadedGwaihirGets(int code) {
        postfix.reload();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(relay(gwaihir).code()).isEqualTo(code));
    }

    private static SmtpReply relay(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
            return smtp.tryRecipient("gerard@example.org", "friend@example.net");
        }
    }

    private static SmtpReply inbound(Host host) throws Exception {
        try (var smtp = SmtpConversation.open(host, SHADOWFAX, 25)) {
            return smtp.deliver("a@example.net", "gerard@example.org", "inbound");
        }
    }
}
