package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DestinationTest {
    @Test
    void userDeviceHostAndPortAreTakenApart() {
        assertThat(Destination.parse("gerard+gwaihir@shadowfax:22"))
                .isEqualTo(new Destination("gerard+gwaihir", "shadowfax", 22));
        assertThat(Destination.parse("gerard@mail.example.org"))
                .isEqualTo(new Destination("gerard", "mail.example.org", 0));
    }

    @Test
    void ipv6StandsInBracketsOrBareWithoutAPort() {
        assertThat(Destination.parse("gerard@[2001:db8::25]:2222"))
                .isEqualTo(new Destination("gerard", "2001:db8::25", 2222))
                .hasToString("gerard@[2001:db8::25]:2222");
        assertThat(Destination.parse("gerard@2001:db8::25")).isEqualTo(new Destination("gerard", "2001:db8::25", 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shadowfax",
                "@shadowfax",
                "gerard@",
                "Gerard@shadowfax",
                "gerard+@shadowfax",
                "gerard@-oProxyCommand=true",
                "-oProxyCommand=true@shadowfax",
                "gerard@shadowfax:0",
                "gerard@shadowfax:65536",
                "gerard@shadowfax:ssh",
                "gerard@[shadowfax]:22",
                "gerard@shadow fax"
            })
    void whatIsNoDestinationIsRefusedWithTheReason(String text) {
        assertThatThrownBy(() -> Destination.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
