package org.scpbeforerelay.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the IANA registries as {@code addresses/special.txt} has them. */
final class SpecialNetworkTest {
    static List<String> entries() {
        return TableFile.lines("special.txt");
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyEntryOfTheRegistriesIsSpecialFromItsFirstAddressToItsLast(String line) throws AddressSyntaxException {
        String[] words = line.split("\\s+", 3);
        Network network = Network.parse(words[0]);
        SpecialNetwork kind = SpecialNetwork.valueOf(words[1]);
        ClientAddress first = network.base();
        ClientAddress last = lastOf(network);
        assertThat(kindIn(first, kind)).as("%s, the first of %s", first, line).isTrue();
        assertThat(kindIn(last, kind)).as("%s, the last of %s", last, line).isTrue();
        assertThat(SpecialNetwork.of(
                        Network.around(last, network.prefixLength()).base()))
                .isPresent();
    }

    /** An entry may have others within it: 2001::/23 has 2001:2::/48, ::/8 has ::1, 0.0.0.0/8 none. */
    private static boolean kindIn(ClientAddress address, SpecialNetwork kind) {
        return kind.networks().stream().anyMatch(network -> network.contains(address))
                && SpecialNetwork.of(address).isPresent();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void anAddressIsOfTheKindThatItsNarrowestEntryNames(String line) throws AddressSyntaxException {
        Network network = Network.parse(line.split("\\s+", 3)[0]);
        for (ClientAddress address : List.of(network.base(), lastOf(network))) {
            String narrowest = entries().stream()
                    .filter(entry -> network(entry).contains(address))
                    .max((a, b) -> Integer.compare(
                            network(a).prefixLength(), network(b).prefixLength()))
                    .orElseThrow()
                    .split("\\s+", 3)[1];
            assertThat(SpecialNetwork.of(address)).as("%s", address).contains(SpecialNetwork.valueOf(narrowest));
        }
    }

    @Test
    void whateverItBeginsWithAnAddressIsSpecialWhenItLiesInOneOfTheNetworks() {
        List<Network> all = Stream.of(SpecialNetwork.values())
                .flatMap(special -> special.networks().stream())
                .toList();
        Random random = new Random(7);
        for (int beginning = 0; beginning < 65_536; beginning++) {
            ClientAddress four = ClientAddress.ofIpv4(beginning << 16 | random.nextInt(65_536));
            ClientAddress six = new ClientAddress((long) beginning << 48 | random.nextLong() >>> 16, random.nextLong());
            for (ClientAddress address : List.of(four, six, six.masked(16))) {
                assertThat(SpecialNetwork.of(address).isPresent())
                        .as("%s", address)
                        .isEqualTo(all.stream().anyMatch(network -> network.contains(address)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyNetworkOfOursIsInTheRegistries(SpecialNetwork special) {
        assertThat(special.networks())
                .allMatch(network ->
                        entries().stream().anyMatch(entry -> network(entry).equals(network)));
        assertThat(special.description()).matches("(a|an|the) .+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "198.51.99.255",
                "198.51.101.0",
                "203.0.112.255",
                "203.0.114.0",
                "223.255.255.255",
                "2001:200::",
                "2001:db7:ffff::",
                "2001:db9::",
                "2003::",
                "2a00:1450::1",
                "2620:4f:7fff::",
                "3fff:1000::",
                "2600::",
                "5eff::1",
                "5f01::"
            })
    void ordinaryAddressesAreNotSpecial(String text) throws AddressSyntaxException {
        assertThat(SpecialNetwork.of(ClientAddress.parse(text))).isEmpty();
    }

    @Test
    void onlyTheFarSideOfANatExplainsAClaim() {
        assertThat(SpecialNetwork.values())
                .filteredOn(SpecialNetwork::farSideOfNat)
                .containsExactly(SpecialNetwork.LOOPBACK, SpecialNetwork.PRIVATE, SpecialNetwork.CARRIER_NAT);
    }

    private static Network network(String entry) {
        try {
            return Network.parse(entry.split("\\s+", 3)[0]);
        } catch (AddressSyntaxException e) {
            throw new AssertionError(entry, e);
        }
    }

    private static ClientAddress lastOf(Network network) {
        byte[] bytes = network.base().toBytes();
        for (int bit = network.prefixLength(); bit < bytes.length * 8; bit++) {
            bytes[bit / 8] |= (byte) (0x80 >>> (bit % 8));
        }
        return ClientAddress.ofBytes(bytes);
    }
}
