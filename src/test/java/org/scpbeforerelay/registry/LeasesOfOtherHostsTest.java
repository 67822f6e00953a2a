package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.relay.Weight;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.StoreException;

/**
 * Pitfall 7, where another host of the pool has granted: it does not know this host's own addresses, gateways and special
 * networks. Who tunnels through this host to another one's endpoint has this host's address there.
 */
final class LeasesOfOtherHostsTest {
    private static final String OWN = "85.214.1.25";
    private static final String OWN6 = "2a01:238:1::25";

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() throws StoreException {
        scene = new Scene(folder);
        adopt(List.of(), OWN, OWN6);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private void adopt(List<String> specialNetworks, String... hostAddresses) {
        List<Network> networks =
                specialNetworks.stream().map(LeasesOfOtherHostsTest::network).toList();
        Set<ClientAddress> own = Stream.of(hostAddresses).map(Scene::address).collect(Collectors.toSet());
        scene.registry.adopt(scene.roster, new LeaseTerms(86_400_000, 60_000, networks, own));
        scene.registry.runOnce();
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Another host has granted this. */
    private Lease follow(String address, int prefix6, LeaseSource source) {
        Lease lease = SampleLeases.lease(
                Principal.parse("manwe/gwaihir"),
                Scene.address(address),
                prefix6,
                source,
                "",
                scene.clock.now(),
                Scene.TERM_MS);
        scene.registry.follow(() -> List.of(new LeaseChange.Put(lease)));
        scene.registry.runOnce();
        return lease;
    }

    private Weight weight(String address) {
        return scene.registry.explain(RelayQuestion.byAddressAlone(Scene.address(address))).leases().stream()
                .map(RelayDesk.Weighed::weight)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pitfall7OnThisHostsOwnAddressOrItsGatewayPermitsNothingHereAndStandsForTheOthers() {
        Lease lease = follow(OWN, 128, LeaseSource.SSH);
        assertThat(scene.permits(OWN)).isFalse();
        assertThat(weight(OWN)).isEqualTo(Weight.NOT_HERE);
        assertThat(scene.registry.book().get(lease.key())).isEqualTo(lease);
        assertThat(scene.kinds()).doesNotContain("Revoked");
    }

    @Test
    void pitfall7OnASpecialAddressPermitsNothingUnlessItIsInThisHostsSpecialNetworksOrTheUserMayAnnounceIt() {
        follow("192.168.7.7", 128, LeaseSource.SSH);
        assertThat(scene.permits("192.168.7.7")).isFalse();
        assertThat(weight("192.168.7.7")).isEqualTo(Weight.NOT_HERE);
        adopt(List.of("192.168.7.0/24"), OWN);
        assertThat(scene.permits("192.168.7.7")).isTrue();
        adopt(List.of(), OWN);
        assertThat(scene.permits("192.168.7.7")).isFalse();
        scene.roster = Scene.roster(
                Scene.mayAnnounce(Scene.user("manwe", true, Map.of()), List.of(network("192.168.7.7/32"))));
        adopt(List.of(), OWN);
        assertThat(scene.permits("192.168.7.7")).isTrue();
    }

    @Test
    void anOrdinaryAddressPermits() {
        follow("85.214.1.7", 128, LeaseSource.SSH);
        assertThat(scene.permits("85.214.1.7")).isTrue();
    }

    @Test
    void whatAnOperatorGrantedByHandPermitsAtEveryHost() {
        follow("192.168.7.7", 128, LeaseSource.OPERATOR);
        assertThat(scene.permits("192.168.7.7")).isTrue();
    }

    @Test
    void aNetworkAroundThisHostPermitsTheOthersInIt() {
        follow("2a01:238:1::7", 64, LeaseSource.SSH);
        assertThat(scene.permits("2a01:238:1::7")).isTrue();
        assertThat(scene.permits(OWN6)).isFalse();
    }

    @Test
    void whenThisHostsAddressesChangeTheAnswerFollows() {
        follow("85.214.1.7", 128, LeaseSource.SSH);
        adopt(List.of(), OWN, "85.214.1.7");
        assertThat(scene.permits("85.214.1.7")).isFalse();
        adopt(List.of(), OWN);
        assertThat(scene.permits("85.214.1.7")).isTrue();
    }
}
