package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What went wrong in this lineage, asked at every door by every protocol. */
final class LookupPitfallsTest {
    @TempDir
    Path folder;

    private RelayHost host;

    @BeforeEach
    void start() throws IOException {
        host = new RelayHost(folder).ready();
        host.lease("gerard/gwaihir", "203.0.113.7");
        host.lease("gerard/gwaihir", "2001:db8:100::10");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "0:0:0:0:0:ffff:203.0.113.7"})
    void pitfall8_oneAddressHasOneFormAtEveryDoor(String spelling) throws IOException {
        assertThat(permits(spelling)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "::1", "::", "0.0.0.0", "0", "unknown", "*", "localhost"})
    void pitfall9_noEmptyKeyAndNoDefaultPermits(String key) throws IOException {
        assertThat(permits(key)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113",
                "203.0",
                "203",
                "203.0.113.",
                "203.0.113.0/24",
                "2001:db8:100",
                "2001:db8:100::",
                "2001:db8:100::1"
            })
    void pitfall10_partOfAnAddressIsNoAddress(String key) throws IOException {
        assertThat(permits(key)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0xcb.0.113.7",
                "203.0.0161.7",
                "203.0.113.07",
                "203.0.28935",
                "203.28935",
                "3405803783",
                "2001:db8:100::10%eth0",
                "[2001:db8:100::10]",
                "203.0.113.7:25",
                "203.0.113.7 ",
                "gwaihir.example.org"
            })
    void pitfall16_whatOnlyInetAtonOrDnsUnderstandsIsNoAddress(String key) throws IOException {
        assertThat(permits(key)).isFalse();
    }

    @Test
    void pitfall34_aDeskThatIsNotReadyDefersRelayAndNothingElse() throws IOException {
        try (RelayHost starting = new RelayHost(Files.createDirectory(folder.resolve("starting")))) {
            try (Asker asker = new Asker(starting.unix())) {
                asker.say(Requests.policy("203.0.113.7"));
                // Postfix applies it only to what it would reject otherwise; inbound mail it would not.
                assertThat(asker.hear("action=DEFER_IF_REJECT ".length())).isEqualTo("action=DEFER_IF_REJECT ");
            }
            try (Asker asker = new Asker(starting.unix())) {
                String notFound = "9:NOTFOUND ,";
                assertThat(asker.ask(Requests.socketmap("relay", "unknown"), notFound.length()))
                        .isEqualTo(notFound);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOGIN",
                "LOGIN\n",
                "get",
                "get ",
                "1",
                "17:",
                "request=",
                "request",
                "=",
                "\n\n",
                ":",
                ",",
                "-1:x,"
            })
    void pitfall38_aBareOrCutOffRequestHurtsNobodyElse(String bare) throws IOException {
        try (Asker hostile = new Asker(host.tcp());
                Asker postfix = new Asker(host.tcp())) {
            hostile.say(bare);
            hostile.endInput();
            assertThat(hostile.isClosed()).isTrue();
            assertThat(postfix.ask(Requests.policy("203.0.113.7"), Requests.OK.length()))
                    .isEqualTo(Requests.OK);
        }
    }

    @Test
    void pitfall35_anSmtpLoginOpensNothingForTheAddress() throws IOException {
        try (Asker postfix = new Asker(host.unix())) {
            String request = Requests.policy("198.51.100.1").replace("sasl_username=", "sasl_username=gerard");
            assertThat(postfix.ask(request, Requests.DUNNO.length())).isEqualTo(Requests.DUNNO);
            assertThat(postfix.ask(Requests.policy("198.51.100.1"), Requests.DUNNO.length()))
                    .isEqualTo(Requests.DUNNO);
        }
    }

    /** Whether all three protocols, through both doors, permit it; a difference between them is an error. */
    private boolean permits(String address) throws IOException {
        boolean first = permits(host.tcp(), address);
        assertThat(permits(host.unix(), address)).isEqualTo(first);
        return first;
    }

    private static boolean permits(ListenAddress door, String address) throws IOException {
        boolean policy = answers(door, Requests.policy(address), Requests.OK, Requests.DUNNO);
        boolean socketmap = answers(door, Requests.socketmap("relay", address), "9:OK permit,", "9:NOTFOUND ,");
        boolean tcpTable = answers(door, Requests.tcpTable(address), "200 permit\n", "500 not-authorised\n");
        boolean access =
                answers(door, Requests.socketmap("access", "connect:" + address), "8:OK RELAY,", "9:NOTFOUND ,");
        assertThat(socketmap).isEqualTo(policy);
        assertThat(tcpTable).isEqualTo(policy);
        assertThat(access).isEqualTo(policy);
        return policy;
    }

    private static boolean answers(ListenAddress door, String request, String yes, String no) throws IOException {
        try (Asker asker = new Asker(door)) {
            asker.say(request);
            asker.endInput();
            String answer = asker.hearAll();
            assertThat(answer).isIn(yes, no);
            return answer.equals(yes);
        }
    }
}
