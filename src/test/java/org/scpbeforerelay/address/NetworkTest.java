package org.scpbeforerelay.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24,            203.0.113.0/24",
        "203.0.113.7,               203.0.113.7/32",
        "203.0.113.7/32,            203.0.113.7/32",
        "0.0.0.0/0,                 0.0.0.0/0",
        "10.0.0.0/8,                10.0.0.0/8",
        "2001:DB8::/32,             2001:db8::/32",
        "2001:db8::7,               2001:db8::7/128",
        "::/0,                      ::/0",
        "2001:db8:1:2::/64,         2001:db8:1:2::/64",
        "::ffff:203.0.113.0/120,    203.0.113.0/24",
        "::ffff:203.0.113.7,        203.0.113.7/32",
        "::ffff:0:0/96,             0.0.0.0/0",
    })
    void networksHaveOneCanonicalForm(String text, String canonical) throws AddressSyntaxException {
        assertThat(Network.parse(text)).hasToString(canonical);
        assertThat(Network.parse(canonical)).isEqualTo(Network.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "203.0.113.0/",
                "203.0.113.0/33",
                "203.0.113.0/-1",
                "203.0.113.0/+24",
                "203.0.113.0/24 ",
                "203.0.113.0 /24",
                "203.0.113.0/024",
                "203.0.113.0/00",
                "203.0.113.0/0x18",
                "203.0.113.0/2.4",
                "203.0.113.0/255.255.255.0",
                "203.0.113.0/24/24",
                "203.0.113/24",
                "203.0.113.*",
                "10/8",
                "0",
                "all",
                "2001:db8::/129",
                "2001:db8::/1000",
                "2001:db8::/99999999999",
                "[2001:db8::]/32",
                "2001:db8/32",
                "fe80::%eth0/64",
                "::ffff:203.0.113.0/24",
                "::ffff:203.0.113.0/95",
                "203.0.113.0/२४"
            })
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(AddressSyntaxException.class);
    }

    @Test
    void bitsBehindThePrefixAreATypingErrorAndTheRightNetworkIsNamed() {
        assertThatThrownBy(() -> Network.parse("203.0.113.7/24"))
                .isInstanceOf(AddressSyntaxException.class)
                .hasMessageContaining("did you mean 203.0.113.0/24?");
        assertThatThrownBy(() -> Network.parse("2001:db8::1/64")).hasMessageContaining("did you mean 2001:db8::/64?");
        assertThatThrownBy(() -> Network.parse("::ffff:203.0.113.7/120"))
                .hasMessageContaining("did you mean 203.0.113.0/24?");
        assertThatIllegalArgumentException().isThrownBy(() -> new Network(ClientAddress.parse("203.0.113.7"), 24));
        assertThatIllegalArgumentException().isThrownBy(() -> new Network(ClientAddress.parse("203.0.113.0"), 33));
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24,    203.0.113.0,         true",
        "203.0.113.0/24,    203.0.113.255,       true",
        "203.0.113.0/24,    ::ffff:203.0.113.9,  true",
        "203.0.113.0/24,    203.0.112.255,       false",
        "203.0.113.0/24,    203.0.114.0,         false",
        "203.0.113.7,       203.0.113.7,         true",
        "203.0.113.7,       203.0.113.8,         false",
        "0.0.0.0/0,         203.0.113.8,         true",
        "0.0.0.0/0,         2001:db8::7,         false",
        "::/0,              2001:db8::7,         true",
        "::/0,              203.0.113.7,         false",
        "::/8,              203.0.113.7,         false",
        "2001:db8::/32,     2001:db8:ffff::1,    true",
        "2001:db8::/32,     2001:db9::,          false",
        "2001:db8:1:2::/64, 2001:db8:1:2:ffff:ffff:ffff:ffff, true",
        "2001:db8:1:2::/64, 2001:db8:1:3::,      false",
        "2001:db8::8/125,   2001:db8::f,         true",
        "2001:db8::8/125,   2001:db8::10,        false",
    })
    void containsItsAddressesAndNoOthers(String network, String address, boolean inside) throws AddressSyntaxException {
        assertThat(Network.parse(network).contains(ClientAddress.parse(address)))
                .isEqualTo(inside);
    }

    @Test
    void aNetworkAroundAnAddressContainsIt() throws AddressSyntaxException {
        for (int length = 0; length <= 128; length++) {
            ClientAddress address = ClientAddress.parse("2001:db8:1234:5678:9abc:def0:1234:5678");
            assertThat(Network.around(address, length).contains(address)).isTrue();
        }
    }
}
