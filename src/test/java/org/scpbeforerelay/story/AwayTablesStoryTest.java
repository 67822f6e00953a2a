package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;

/**
 * The daemon is killed with {@code kill -9} while Postfix reads its tables, and nobody starts it again. What is left is the timer
 * of the package, which is played here with the interval that stands in its unit.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AwayTablesStoryTest {
    private static final String CLIENT = "198.51.100.10";
    private static final String SERVER = "192.0.2.25";
    private static final List<String> TYPES = List.of("lmdb", "hash", "cdb");
    private static final Pattern EVERY = Pattern.compile("(?m)^OnUnitActiveSec=(\\d+)s$");

    private NetworkLab lab;
    private Host gwaihir;
    private DaemonProcess daemon;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", CLIENT);
        Host shadowfax = lab.server("shadowfax", List.of("postfix"), SERVER);
        StringBuilder tables = new StringBuilder();
        TYPES.forEach(type -> tables.append("[[table]]\nname = \"%1$s-clients\"\ntype = \"%1$s\"\n".formatted(type)));
        daemon = DaemonProcess.in(shadowfax, """
                [lease]
                special_networks = ["198.51.100.0/24"]
                [ssh]
                listen = []
                [lookup]
                listen = ["127.0.0.1:10040"]
                [console]
                listen = ""
                """ + tables);
        Files.writeString(daemon.state().resolve("users/gerard.toml"), "");
        PostfixSettings settings = PostfixSettings.forDomain("example.org").relayhost("[203.0.113.30]:25");
        for (String type : TYPES) {
            settings.service(
                    port(type) + " inet n - y - - smtpd",
                    "  -o smtpd_relay_restrictions=permit_auth_destination,check_client_access," + type + ":"
                            + daemon.state().resolve("tables/" + type + "-clients") + ",reject_unauth_destination");
        }
        PostfixHost postfix = PostfixHost.on(shadowfax, settings);
        // The daemon runs postmap as every host has it, with the settings in /etc/postfix.
        shadowfax.shell("ln -sf " + postfix.configDirectory() + "/main.cf /etc/postfix/main.cf");
        daemon.start();
        postfix.start();
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void nobodyRelaysAMinuteAfterTheEndOfHisLeaseWhenTheDaemonWasKilled() throws Exception {
        assertThat(answers()).allSatisfy((type, code) -> assertThat(code).isEqualTo(554));
        daemon.command("grant", "gerard/gwaihir", CLIENT, "--term", "30s").orThrow();
        Instant granted = Instant.now();
        Instant end = granted.plusSeconds(30); // or a bit before
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(answers())
                        .as(daemon.log())
                        .allSatisfy((type, code) -> assertThat(code).isEqualTo(250)));
        daemon.kill();

        // The worst that can be: the timer's last look is just before the end.
        sleepUntil(end.minusSeconds(8));
        Instant nextTick = Instant.now().plus(interval());
        assertThat(daemon.command("table", "--expire").orThrow().stdout()).contains("lmdb-clients: 0 ended, 1 left");
        assertThat(answers())
                .as("still leased")
                .allSatisfy((type, code) -> assertThat(code).isEqualTo(250));
        Map<String, Instant> lastPermit = new TreeMap<>();
        while (Instant.now().isBefore(end.plusSeconds(60))) {
            if (Instant.now().isAfter(nextTick)) {
                daemon.command("table", "--expire").orThrow();
                nextTick = nextTick.plus(interval());
            }
            answers().forEach((type, code) -> {
                if (code == 250) {
                    lastPermit.put(type, Instant.now());
                }
            });
            sleepUntil(Instant.now().plusMillis(500));
        }
        assertThat(answers()).allSatisfy((type, code) -> assertThat(code).isEqualTo(554));
        lastPermit.forEach((type, at) -> System.out.println("killed daemon, " + type + ": last relayed "
                + Duration.between(end, at).toMillis() + " ms after the end, look every " + interval()));
        assertThat(lastPermit)
                .containsOnlyKeys("cdb", "hash", "lmdb")
                .allSatisfy((type, at) -> assertThat(Duration.between(end, at)).isLessThan(Duration.ofSeconds(60)));
    }

    private static Duration interval() {
        try {
            Path timer =
                    Path.of(System.getProperty("project.root", ""), "packaging/systemd/scp-before-relay-tables.timer");
            Matcher every = EVERY.matcher(Files.readString(timer));
            assertThat(every.find()).isTrue();
            return Duration.ofSeconds(Integer.parseInt(every.group(1)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void sleepUntil(Instant instant) throws InterruptedException {
        new CountDownLatch(1).await(Duration.between(Instant.now(), instant).toMillis(), TimeUnit.MILLISECONDS);
    }

    private static int port(String type) {
        return 2525 + TYPES.indexOf(type);
    }

    private Map<String, Integer> answers() {
        Map<String, Integer> answers = new TreeMap<>();
        for (String type : TYPES) {
            try (var smtp = SmtpConversation.open(gwaihir, SERVER, port(type))) {
                answers.put(
                        type,
                        smtp.tryRecipient("gerard@example.org", "someone@example.net")
                                .code());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        return answers;
    }
}
