package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SmtpConversation;

/** What a client gets at a real Postfix, chrooted smtpd, that reads the tables: one port for each type. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MailSessionsTest {
    private static final String CLIENT = "198.51.100.10";
    private static final String SERVER = "192.0.2.25";
    private static final List<TableType> TYPES = List.of(TableType.LMDB, TableType.HASH, TableType.CDB);

    private NetworkLab lab;
    private Host gwaihir;
    private Host shadowfax;
    private PostfixHost postfix;

    @BeforeAll
    void startLab() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", CLIENT);
        shadowfax = lab.server("shadowfax", List.of("postfix"), SERVER);
        PostfixSettings settings = PostfixSettings.forDomain("example.org").relayhost("[203.0.113.30]:25");
        for (TableType type : TYPES) {
            settings.service(
                    port(type) + " inet n - y - - smtpd",
                    "  -o smtpd_relay_restrictions=permit_auth_destination,check_client_access," + type.word() + ":"
                            + folder(type).resolve("relay-clients") + ",reject_unauth_destination");
        }
        postfix = PostfixHost.on(shadowfax, settings);
        for (TableType type : TYPES) {
            scene(type).close();
        }
        postfix.start();
    }

    @AfterAll
    void closeLab() {
        lab.close();
    }

    private static int port(TableType type) {
        return 2525 + TYPES.indexOf(type);
    }

    private Path folder(TableType type) throws IOException {
        return Files.createDirectories(lab.folder().resolve("tables-" + type.word()));
    }

    private TableScene scene(TableType type) throws Exception {
        return new TableScene(folder(type), new TableSettings("relay-clients", type, TableValue.OK), tools());
    }

    private TableTools tools() {
        String config = postfix.configDirectory().toString();
        return new TableTools(
                shadowfax.commandLine(List.of("postmap", "-c", config)),
                shadowfax.commandLine(List.of("postconf", "-c", config)),
                List.of("makemap"),
                List.of("smtpctl"),
                Duration.ofSeconds(20));
    }

    private int relayInANewSession(TableType type) throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SERVER, port(type))) {
            return smtp.tryRecipient("gerard@example.org", "someone@example.net")
                    .code();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LMDB", "HASH", "CDB"})
    void aNewSessionRelaysWhileTheLeaseLastsAndNotAfter(TableType type) throws Exception {
        try (TableScene scene = scene(type)) {
            assertThat(relayInANewSession(type)).isEqualTo(554);
            scene.grant("gerard/gwaihir", CLIENT, 60_000);
            scene.roundNow();
            scene.round();
            assertThat(relayInANewSession(type)).isEqualTo(250);
            scene.clock.passMs(60_000);
            scene.roundNow();
            assertThat(relayInANewSession(type)).isEqualTo(554);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LMDB", "HASH", "CDB"})
    void aLeaseGrantedAndEndedWithinASecondLeavesNoStalePermit(TableType type) throws Exception {
        try (TableScene scene = scene(type)) {
            for (int i = 0; i < 5; i++) {
                scene.grant("gerard/gwaihir", CLIENT, 600_000);
                scene.round();
                assertThat(relayInANewSession(type)).isEqualTo(250);
                scene.revoke("gerard/gwaihir", CLIENT);
                scene.round();
                assertThat(relayInANewSession(type)).isEqualTo(554);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LMDB", "HASH", "CDB"})
    void withValueExpiresTheNumberPermitsAsPitfall11SaysAndTheEndIsTakenOutByUs(TableType type) throws Exception {
        var settings = new TableSettings("relay-clients", type, TableValue.EXPIRES);
        try (var scene = new TableScene(folder(type), settings, tools())) {
            scene.grant("gerard/gwaihir", CLIENT, 60_000);
            scene.roundNow();
            scene.round();
            assertThat(Files.readString(scene.files().text())).matches(CLIENT + " [0-9]{10}\n");
            assertThat(relayInANewSession(type)).isEqualTo(250);
            scene.clock.passMs(60_000);
            scene.roundNow();
            assertThat(relayInANewSession(type)).isEqualTo(554);
        }
    }

    @Test
    void anOpenSessionSeesEachChangeOfAnLmdbTableFewOrMany() throws Exception {
        try (TableScene scene = scene(TableType.LMDB);
                var smtp = SmtpConversation.open(gwaihir, SERVER, port(TableType.LMDB))) {
            assertThat(smtp.tryRecipient("gerard@example.org", "someone@example.net")
                            .code())
                    .isEqualTo(554);
            for (int others : List.of(0, 1_000)) {
                scene.grant("gerard/gwaihir", CLIENT, 60_000);
                for (int i = 0; i < others; i++) {
                    scene.grant("frodo/d" + i, "10.1." + i / 250 + "." + i % 250, 60_000);
                }
                scene.roundNow();
                scene.round();
                assertThat(smtp.rcpt("someone@example.net").code()).isEqualTo(250);
                scene.clock.passMs(60_000);
                scene.roundNow();
                assertThat(smtp.rcpt("another@example.net").code()).isEqualTo(554);
            }
        }
    }

    @Test
    void mailForTheServersOwnDomainFlowsWhateverTheTableIs() throws Exception {
        try (var smtp = SmtpConversation.open(gwaihir, SERVER, port(TableType.HASH))) {
            assertThat(smtp.tryRecipient("a@example.net", "gerard@example.org").code())
                    .isEqualTo(250);
        }
    }

    @Test
    void afterKillMinus9OfThePublisherNobodyRelaysAMinuteAfterTheEnd() throws Exception {
        Path folder = Files.createDirectories(lab.folder().resolve("tables-all"));
        PostfixSettings settings = PostfixSettings.forDomain("example.org").relayhost("[203.0.113.30]:25");
        for (TableType type : TYPES) {
            settings.service(
                    port(type) + " inet n - y - - smtpd",
                    "  -o smtpd_relay_restrictions=permit_auth_destination,check_client_access," + type.word() + ":"
                            + folder.resolve(type.word()) + ",reject_unauth_destination");
        }
        RunningCommand publisher = shadowfax.startJava(
                "publisher",
                List.of(),
                TablePublisher.class.getName(),
                folder.toString(),
                postfix.configDirectory().toString(),
                CLIENT);
        publisher.awaitOutput("published", Duration.ofSeconds(60));
        postfix.configure(settings);
        postfix.reload();
        Clock now = new SystemClock();
        assertThat(new TableExpirer(folder, tools(), now).expire().daemonAlive())
                .isTrue();
        publisher.signal("KILL");
        publisher.awaitExit(Duration.ofSeconds(10));

        assertThat(new TableExpirer(folder, tools(), now).expire().succeeded()).isTrue();
        for (TableType type : TYPES) {
            assertThat(relayInANewSession(type)).as("%s, still leased", type).isEqualTo(250);
        }
        Clock atTheEnd = later(now, TablePublisher.TERM_MS);
        assertThat(new TableExpirer(folder, tools(), atTheEnd).expire().tables())
                .allMatch(table -> table.ended() == 1 && table.left() == 0);
        for (TableType type : TYPES) {
            assertThat(relayInANewSession(type)).as("%s, ended", type).isEqualTo(554);
        }
    }

    private static Clock later(Clock clock, long ms) {
        return new Clock() {
            @Override
            public Moment now() {
                return clock.now().plusMs(ms);
            }

            @Override
            public String bootId() {
                return clock.bootId();
            }

            @Override
            public boolean isSynchronised() {
                return clock.isSynchronised();
            }
        };
    }
}
