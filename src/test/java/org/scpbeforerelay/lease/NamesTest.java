package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.fail;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.address.AddressFamily;

/** Users, devices, principals, keys: their one syntax. */
final class NamesTest {
    private static final String LONGEST = "a".repeat(64);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gerard",
                "g",
                "0",
                "9lives",
                "a.b",
                "a_b",
                "a-b",
                "a..b",
                "a-",
                "a.",
                "gerard.2",
                "203",
                "203.0.113",
                "203.0.113.7.8",
                "010.0.0.1",
                "2001",
                "cafe",
                "1.2.3.256",
                "unknown"
            })
    void namesOfTheContractAreTaken(String name) {
        assertThat(new UserName(name)).hasToString(name);
        assertThat(new DeviceName(name)).hasToString(name);
        assertThat(UserName.tryParse(name)).contains(new UserName(name));
        assertThat(DeviceName.tryParse(name)).contains(new DeviceName(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Gerard",
                "GERARD",
                ".gerard",
                "-gerard",
                "_gerard",
                "ger ard",
                "gerard ",
                "gerard\n",
                "gerard/x",
                "gerard+x",
                "gerard@host",
                "gérard",
                "герард",
                "gerard\0",
                "..",
                ".",
                "*",
                "203.0.113.7",
                "0.0.0.0",
                "1.2.3.4",
                "::1",
                "a:b",
                "％",
                "gerard\u212a",
                "$(id)",
                "gerard;",
                "gerard'"
            })
    void whatIsNoNameIsRefused(String name) {
        assertThat(UserName.tryParse(name)).isEmpty();
        assertThat(DeviceName.tryParse(name)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UserName(name))
                .withMessageStartingWith("a user name ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeviceName(name))
                .withMessageStartingWith("a device name ");
    }

    @Test
    void namesHaveOneToSixtyFourCharacters() {
        assertThat(UserName.tryParse(LONGEST)).isPresent();
        assertThat(UserName.tryParse(LONGEST + "a")).isEmpty();
        assertThat(UserName.tryParse("a".repeat(1_000_000))).isEmpty();
    }

    @Test
    void everyCharacterOfTheFirstPlaneIsTakenOnlyWhereTheSyntaxHasIt() {
        IntStream.range(0, 0x10000).forEach(c -> {
            boolean first = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            boolean later = first || c == '.' || c == '_' || c == '-';
            boolean right = UserName.tryParse((char) c + "a").isPresent() == first
                    && UserName.tryParse("a" + (char) c).isPresent() == later;
            if (!right) {
                fail("U+%04x", c);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "gerard/gwaihir, gerard/gwaihir",
        "gerard,         gerard/default",
        "g/d,            g/d",
    })
    void principalIsWrittenUserSlashDevice(String text, String principal) {
        assertThat(Principal.parse(text)).hasToString(principal);
        assertThat(Principal.parse(principal)).isEqualTo(Principal.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "gerard/", "/gwaihir", "gerard/a/b", "gerard/203.0.113.7", "gerard//", "Gerard/x"})
    void whatIsNoPrincipalIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Principal.parse(text));
    }

    @Test
    void principalsAreInTheOrderOfUsersThenDevices() {
        assertThat(Principal.parse("a/z")).isLessThan(Principal.parse("b/a"));
        assertThat(Principal.parse("a/a")).isLessThan(Principal.parse("a/b"));
        assertThat(Principal.parse("a/a")).isEqualByComparingTo(Principal.parse("a/a"));
    }

    @Test
    void deviceHasOneLeaseOfEachFamilyAndALoginOneOfEachAddress() {
        Principal gwaihir = Principal.parse("gerard/gwaihir");
        LeaseKey byOne = LeaseKey.of(gwaihir, SampleLeases.address("203.0.113.7"), LeaseSource.SSH);
        assertThat(LeaseKey.of(gwaihir, SampleLeases.address("203.0.113.8"), LeaseSource.DROP))
                .isEqualTo(byOne);
        assertThat(LeaseKey.of(gwaihir, SampleLeases.address("2001:db8::7"), LeaseSource.SSH))
                .isNotEqualTo(byOne);
        assertThat(byOne).hasToString("gerard/gwaihir/ipv4");

        LeaseKey login = LeaseKey.of(gwaihir, SampleLeases.address("203.0.113.7"), LeaseSource.LOGIN_LOG);
        assertThat(login)
                .isNotEqualTo(byOne)
                .hasToString("gerard/gwaihir/ipv4/203.0.113.7")
                .isGreaterThan(byOne);
        assertThat(LeaseKey.of(gwaihir, SampleLeases.address("203.0.113.8"), LeaseSource.LOGIN_LOG))
                .isNotEqualTo(login);
        assertThat(new LeaseKey(gwaihir, AddressFamily.IPV6, null)).isGreaterThan(login);
    }

    @ParameterizedTest
    @EnumSource
    void sourcesHaveTheWordsOfTheContract(LeaseSource source) {
        assertThat(LeaseSource.of(source.text())).isEqualTo(source);
        assertThat(source.text()).isIn("ssh", "drop", "login-log", "operator");
        assertThatIllegalArgumentException().isThrownBy(() -> LeaseSource.of("LOGIN_LOG"));
    }
}
