package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.scpbeforerelay.rig.SshClient;

/**
 * The commands of the README's "On a mail host", as they are printed, on a host with Debian's Postfix where Debian has it. systemd alone is
 * missing: what its unit says is done in its place.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class InstallStoryTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Path ROOT =
            Path.of(System.getProperty("project.root", "")).toAbsolutePath();
    private static final String CHECKOUT = "/usr/src/scp-before-relay";
    private static final String SHADOWFAX = "192.0.2.25";
    private static final String HOME = "198.51.100.10";

    private NetworkLab lab;
    private Host shadowfax;
    private Host gwaihir;
    private Host stranger;
    private SshClient gerard;
    private Path key;
    private List<String> commands;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HOME);
        stranger = lab.host("stranger", "198.51.100.66");
        shadowfax = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        SmtpSink.start(hop, "203.0.113.30", 25);
        startPostfix();
        bringCheckout();
        gerard = SshClient.on(gwaihir, "gerard");
        key = gerard.generateKey("key", "ed25519");
        shadowfax.write(CHECKOUT + "/gerard.pub", SshClient.publicKey(key) + "\n", 0644);
        commands = printed();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    /** With the restrictions that Debian's package writes into main.cf, and the queue where it has it. */
    private void startPostfix() {
        PostfixHost postfix = PostfixHost.on(
                shadowfax,
                PostfixSettings.forDomain("example.org")
                        .relayhost("[203.0.113.30]:25")
                        .set(
                                "smtpd_relay_restrictions",
                                "permit_mynetworks permit_sasl_authenticated defer_unauth_destination"));
        shadowfax.shell("""
                rmdir %1$s/scp
                mkdir -p /var/spool/postfix
                cp -a %1$s/. /var/spool/postfix/
                rm -rf /etc/postfix
                cp -a %2$s /etc/postfix
                sed -i 's|^queue_directory = .*|queue_directory = /var/spool/postfix|; s|^meta_directory = .*|meta_directory = /etc/postfix|' /etc/postfix/main.cf
                touch -d '10 seconds ago' /etc/postfix/main.cf
                postfix start
                """.formatted(postfix.queueDirectory(), postfix.configDirectory()));
    }

    /** As built: the daemon's user may not build it. */
    private void bringCheckout() {
        shadowfax.shell("""
                mkdir -p %2$s/target
                cp -a %1$s/scp-before-relay %1$s/lib %1$s/src %1$s/packaging %1$s/pom.xml %1$s/.mvn %2$s/
                cd %1$s/target
                cp -a scp-before-relay.jar scp-before-relay.aot built lib %2$s/target/
                """.formatted(ROOT, CHECKOUT));
    }

    /** One command each, without those that only systemd understands. */
    private static List<String> printed() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String section =
                readme.substring(readme.indexOf("## On a mail host"), readme.indexOf("What it comes to on Debian"));
        String blocks = section.lines()
                .filter(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .collect(Collectors.joining("\n"))
                .replace("\\\n", " ");
        assertThat(blocks).contains("systemctl daemon-reload && systemctl enable --now scp-before-relay ");
        return blocks.lines().filter(line -> !line.startsWith("systemctl ")).toList();
    }

    private CommandResult run(String command) {
        return shadowfax.exec(LIMIT, "", List.of("sh", "-ec", "cd " + CHECKOUT + "\n" + command));
    }

    private void runFrom(String first, String last) {
        List<String> wanted = commands.stream()
                .dropWhile(command -> !command.startsWith(first))
                .takeWhile(command -> !command.startsWith(last))
                .toList();
        assertThat(wanted)
                .as("the README's commands from %s to %s", first, last)
                .isNotEmpty();
        for (String command : wanted) {
            CommandResult done = run(command);
            assertThat(done.exit()).as("%s%n%s", command, done.output()).isZero();
        }
    }

    @Test
    @Order(1)
    void userFoldersAndUnitsAreMadeAndTheDaemonStartsAsTheUnitSays() {
        runFrom("ln -s", "scp-before-relay user add");
        // The addresses of this lab are documentation's, which nobody leases unless told.
        shadowfax.shell(
                "printf '[lease]\\nspecial_networks = [\"198.51.100.0/24\"]\\n' >> /etc/scp-before-relay/scp-before-relay.toml");
        String unit = shadowfax
                .shell("cat /etc/systemd/system/scp-before-relay.service")
                .stdout();
        assertThat(unit)
                .contains("User=scp-before-relay\nGroup=scp-before-relay\n")
                .contains("ExecStart=/usr/bin/scp-before-relay serve\n", "UMask=0027\n")
                .contains("StateDirectory=scp-before-relay\n", "StateDirectoryMode=0755\n")
                .contains("RuntimeDirectory=scp-before-relay\n", "RuntimeDirectoryMode=0750\n");
        assertThat(shadowfax
                        .shell("cat /etc/systemd/system/scp-before-relay.service.d/postfix.conf")
                        .stdout())
                .isEqualTo("[Service]\nSupplementaryGroups=postfix\n");
        shadowfax.shell("""
                install -d -o scp-before-relay -g scp-before-relay -m 0755 /var/lib/scp-before-relay
                install -d -o scp-before-relay -g scp-before-relay -m 0750 /run/scp-before-relay
                """);
        String groups = shadowfax.shell("getent group postfix").stdout().split(":")[2];
        shadowfax
                .start(
                        "daemon",
                        "sh",
                        "-c",
                        "umask 0027; exec setpriv --reuid=scp-before-relay --regid=scp-before-relay --groups=" + groups
                                + " /usr/bin/scp-before-relay serve")
                .awaitOutput("ready: ", LIMIT);
    }

    @Test
    @Order(2)
    void aUserIsAddedPostfixAsksAndTheDoctorFindsNothingWrong() throws Exception {
        assertThat(recipient(gwaihir, "friend@example.net").code()).isEqualTo(454);
        runFrom("scp-before-relay user add", "scp-before-relay check");
        CommandResult check = run("scp-before-relay check");
        assertThat(check.output()).doesNotContain("problem").contains("good");
        assertThat(check.exit()).as(check.output()).isZero();
    }

    @Test
    @Order(3)
    void mainCfIsWhatTheReadmeSaysItComesTo() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        for (String name : List.of("smtpd_relay_restrictions", "smtpd_data_restrictions")) {
            String shown = Pattern.compile("(?m)^    " + name + " =\n((?: {8}.*\n)+)")
                    .matcher(readme)
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElseThrow();
            assertThat(words(shadowfax.shell("postconf -h " + name).stdout())).isEqualTo(words(shown));
        }
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("[,\\s]+"));
    }

    @Test
    @Order(4)
    void theLineForTheClientsCrontabOpensTheRelayForItAndForNobodyElse() throws Exception {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String line = readme.lines()
                .map(String::strip)
                .filter(each -> each.startsWith("*/4 * * * *  "))
                .findFirst()
                .orElseThrow()
                .substring("*/4 * * * *  ".length());
        String scp = String.join(" ", gerard.line("scp", key));
        assertThat(line).contains("&& scp -q -P 2222 gwaihir-ip gerard@shadowfax:");
        gwaihir.shell("cd " + gwaihir.folder() + "\n"
                + line.replace("&& scp ", "&& " + scp + " ").replace("@shadowfax:", "@" + SHADOWFAX + ":"));

        assertThat(recipient(gwaihir, "friend@example.net").code()).isEqualTo(250);
        assertThat(recipient(stranger, "friend@example.net").code()).isEqualTo(454);
        assertThat(recipient(stranger, "gerard@example.org").code()).isEqualTo(250);
    }

    private static SmtpReply recipient(Host from, String recipient) throws Exception {
        try (var smtp = SmtpConversation.open(from, SHADOWFAX, 25)) {
            return smtp.tryRecipient("gerard@example.org", recipient);
        }
    }
}
