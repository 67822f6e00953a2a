package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.agent.LocalAddresses.Local;

final class LocalAddressesTest {
    private static final ClientAddress STABLE =
            ClientAddress.tryParse("2001:db8::1").orElseThrow();
    private static final ClientAddress TEMPORARY =
            ClientAddress.tryParse("2001:db8::2").orElseThrow();
    private static final ClientAddress LOCAL = ClientAddress.tryParse("fd00::1").orElseThrow();

    @Test
    void flagsAreReadFromTheKernelsTable() {
        assertThat(LocalAddresses.flags6(List.of(
                        "20010db8000000000000000000000001 02 40 00 80     eth0",
                        "20010db8000000000000000000000002 02 40 00 21     eth0",
                        "no line")))
                .containsOnly(java.util.Map.entry(STABLE, 0x80), java.util.Map.entry(TEMPORARY, 0x21));
    }

    @Test
    void addressesThatAreNotYetUniqueAreNotThere() {
        LocalAddresses here = new LocalAddresses(List.of(new Local("eth0", STABLE, 0x40)));
        assertThat(here.of("eth0", AddressFamily.IPV6)).isEmpty();
        assertThat(here.hasFamily(AddressFamily.IPV6)).isFalse();
        assertThat(here.fingerprint()).isEmpty();
    }

    @Test
    void globalComesBeforeUniqueLocalAndDeprecatedLast() {
        LocalAddresses here = new LocalAddresses(
                List.of(new Local("eth0", TEMPORARY, 0x21), new Local("eth0", LOCAL, 0), new Local("eth0", STABLE, 0)));
        assertThat(here.of("eth0", AddressFamily.IPV6).stream().map(Local::address))
                .containsExactly(STABLE, LOCAL, TEMPORARY);
        assertThat(here.of("eth1", AddressFamily.IPV6)).isEmpty();
    }

    @Test
    void aDeprecatedAddressIsAnotherCircumstance() {
        assertThat(new LocalAddresses(List.of(new Local("eth0", STABLE, 0))).fingerprint())
                .isNotEqualTo(new LocalAddresses(List.of(new Local("eth0", STABLE, 0x20))).fingerprint());
    }
}
