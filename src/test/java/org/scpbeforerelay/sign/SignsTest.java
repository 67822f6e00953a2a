package org.scpbeforerelay.sign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;

/** The signs, one by one. */
final class SignsTest {
    private static final long MINUTE_MS = 60_000;
    private static final Moment START = new Moment(1_800_000_000_000L, 5_000_000_000L);

    private final LeaseBook book = new LeaseBook();
    private final Trails trails = new Trails();
    private Moment now = START;

    private void pass(long ms) {
        now = new Moment(now.wallMs() + ms, now.monotonicMs() + ms);
    }

    /** As the registry does it. */
    private Lease grant(String principal, String address, @Nullable String farSide) {
        String[] network = address.split("/");
        Lease lease = SampleLeases.lease(
                Principal.parse(principal),
                SampleLeases.address(network[0]),
                network.length > 1 ? 64 : 128,
                LeaseSource.SSH,
                "k",
                now,
                20 * MINUTE_MS);
        Lease former = book.put(lease);
        ClientAddress claimed = farSide == null ? null : SampleLeases.address(farSide);
        if (former != null && former.activeAt(now) && former.network().equals(lease.network())) {
            trails.renewed(lease.key(), claimed);
        } else {
            trails.granted(lease, former, claimed, book, SharedTerms.SHOWN, now);
        }
        return lease;
    }

    private Lease grant(String principal, String address) {
        return grant(principal, address, null);
    }

    private void end(Lease lease) {
        book.remove(lease.key());
        trails.ended(lease, now);
    }

    private Signs signs() {
        return new Signs(book, trails, SharedTerms.SHOWN, now);
    }

    private List<String> signs(Lease lease) {
        return signs().of(lease).stream().map(Sign::says).toList();
    }

    private String words(Lease lease) {
        return signs().of(lease).stream().map(Sign::word).collect(Collectors.joining(" "));
    }

    /** Who has leases where (the last one is looked at), and its signs. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "gerard@5.6.7.8, ''",
                "gerard/a@5.6.7.8 gerard/b@5.6.7.8, ''",
                "sam@5.6.7.8 gerard@5.6.7.8, shared",
                "sam@5.6.7.8 gerard@5.6.7.9, ''",
                "sam@2a00::8 gerard@2a00::7, ''",
                "sam@2a00::/64 gerard@2a00::7, shared",
                "sam@2a00::/64 gerard@2a00::/64, shared",
                "sam@2a00::7 gerard@2a00::7, shared",
                "gerard/a@5.6.7.1 gerard/b@5.6.7.2 gerard/c@5.6.7.3 gerard/d@5.6.7.4, ''",
                "gerard/a@5.6.7.1 gerard/b@5.6.7.2 gerard/c@5.6.7.3 gerard/d@5.6.7.4 gerard/e@5.6.7.5, many-addresses",
                "gerard/a@5.6.7.1 gerard/b@5.6.7.1 gerard/c@5.6.7.3 gerard/d@5.6.7.4 gerard/e@5.6.7.5, ''",
                "gerard/a@2a00::1 gerard/b@2a00::2 gerard/c@2a00::3 gerard/d@2a00::4 gerard/e@2a00::5, ''",
                "gerard/a@2a00::1 gerard/b@2a00:0:0:1::2 gerard/c@2a00:0:0:2::3 gerard/d@2a00:0:0:3::4 gerard/e@2a00:0:0:4::5,"
                        + " many-addresses",
                "gerard/a@5.6.7.1 gerard/b@5.6.7.2 gerard/a@2a00::1 gerard/b@2a00:0:0:1::1 gerard/c@5.6.7.3, ''"
            })
    void whoIsThereNowMakesTheSign(String leases, String expected) {
        Lease last = null;
        for (String one : leases.split(" ")) {
            String[] parts = one.split("@");
            last = grant(parts[0], parts[1]);
        }
        assertThat(last).isNotNull();
        assertThat(words(last)).isEqualTo(expected);
    }

    @Test
    void theSignSaysWhoElseIsThereAndNotMoreThanFourNames() {
        Lease gerards = grant("gerard", "5.6.7.8");
        grant("sam", "5.6.7.8");
        assertThat(signs(gerards)).containsExactly("sam has a lease on this address too");
        for (String user : List.of("merry", "pippin", "frodo", "bilbo", "rosie")) {
            grant(user, "5.6.7.8");
        }
        assertThat(signs(gerards))
                .containsExactly("bilbo, frodo, merry, pippin and 2 more have leases on this address too");
    }

    @Test
    void aCrowdOnOneAddressIsCountedNoFurtherThanItMatters() {
        Lease gerards = grant("gerard", "5.6.7.8");
        for (int i = 0; i < 300; i++) {
            grant("user" + i, "5.6.7.8");
        }
        assertThat(signs(gerards).getFirst()).contains("and 252 more or yet more have leases");
    }

    @Test
    void whatHasEndedIsNoSignEvenBeforeTheSweep() {
        Lease sams = grant("sam", "5.6.7.8");
        pass(10 * MINUTE_MS);
        Lease gerards = grant("gerard", "5.6.7.8");
        assertThat(words(gerards)).isEqualTo("shared");
        pass(10 * MINUTE_MS);
        assertThat(sams.activeAt(now)).isFalse();
        assertThat(words(gerards)).isEmpty();
        assertThat(words(sams)).as("of one that has ended").isEmpty();
    }

    @Test
    void anAddressThatWasAnothersMinutesAgoHasMoved() {
        end(grant("sam", "5.6.7.8"));
        pass(3 * MINUTE_MS);
        Lease gerards = grant("gerard", "5.6.7.8");
        assertThat(signs(gerards)).containsExactly("sam had this address until 3 min before it was granted");

        pass(15 * MINUTE_MS);
        assertThat(words(gerards)).as("it stays true").isEqualTo("moved");
    }

    @Test
    void afterTenMinutesItHasNotMovedNorHasOnesOwn() {
        end(grant("sam", "5.6.7.8"));
        pass(10 * MINUTE_MS);
        assertThat(words(grant("gerard/a", "5.6.7.8"))).isEmpty();
        end(grant("frodo", "5.6.7.9"));
        end(grant("gerard/b", "5.6.7.9"));
        assertThat(words(grant("gerard/c", "5.6.7.9")))
                .as("he was there himself")
                .isEmpty();
    }

    @Test
    void whoeverLeavesForAnotherAddressLeavesTheFormerOneToOthers() {
        grant("sam", "5.6.7.8");
        grant("sam", "5.6.7.9");
        assertThat(signs(grant("gerard", "5.6.7.8")))
                .containsExactly("sam had this address until 0 s before it was granted");
    }

    @Test
    void anAddressOfAWholeNetworkThatWasGivenUpHasMovedToo() {
        end(grant("sam", "2a00::/64"));
        pass(1_000);
        assertThat(words(grant("gerard", "2a00::7"))).isEqualTo("moved");
        assertThat(words(grant("frodo", "2a00:0:0:1::7"))).isEmpty();
    }

    @Test
    void aLeaseThatIsSweptLateHasEndedWhenItEnded() {
        Lease sams = grant("sam", "5.6.7.8");
        pass(40 * MINUTE_MS);
        end(sams);
        assertThat(words(grant("gerard", "5.6.7.8"))).isEmpty();
    }

    @Test
    void theFarSideOfANatIsRememberedWhileTheLeaseLasts() {
        Lease gerards = grant("gerard", "5.6.7.8", "192.168.1.20");
        assertThat(signs(gerards))
                .containsExactly("the client calls itself 192.168.1.20: everybody behind the same NAT comes from this"
                        + " address");
        assertThat(trails.renewed(gerards.key(), SampleLeases.address("192.168.1.20")))
                .isFalse();
        assertThat(trails.renewed(gerards.key(), null)).isFalse();
        assertThat(words(gerards)).isEqualTo("behind-nat");
        assertThat(trails.renewed(gerards.key(), SampleLeases.address("192.168.1.21")))
                .as("news")
                .isTrue();
        end(gerards);
        assertThat(words(grant("gerard", "5.6.7.8"))).isEmpty();
    }

    @Test
    void aDeviceThatChangesItsAddressAgainAndAgainIsASignForAnHour() {
        Lease lease = grant("gerard", "5.6.7.1");
        for (int i = 2; i <= 4; i++) {
            pass(5 * MINUTE_MS);
            lease = grant("gerard", "5.6.7." + i);
            assertThat(words(lease)).isEmpty();
        }
        pass(5 * MINUTE_MS);
        lease = grant("gerard", "5.6.7.5");
        assertThat(signs(lease)).containsExactly("the device has changed its address 4 times within an hour");
        for (int i = 0; i < 12; i++) {
            pass(10 * MINUTE_MS);
            lease = grant("gerard", "5.6.7.5");
        }
        assertThat(words(lease)).isEmpty();
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (int i = 0; i < Trails.DEPARTURES_MAX + 10; i++) {
            end(grant("sam", "10." + i / 65536 + "." + i / 256 % 256 + "." + i % 256));
        }
        assertThat(trails.departure(SampleLeases.address("10.0.0.9"))).isNull();
        assertThat(trails.departure(SampleLeases.address("10.0.0.10"))).isNotNull();
    }

    /** What the judge asks, and what signs are made of. */
    @Test
    void whatIsRefusedIsWhatIsShown() {
        UserName gerard = new UserName("gerard");
        end(grant("frodo", "5.6.7.8"));
        grant("sam", "5.6.7.8");
        ClientAddress address = SampleLeases.address("5.6.7.8");
        List<Lease> at = List.of(book.at(address));
        List<UserName> others = Company.others(at, gerard, now);
        Departure from = Company.movedFrom(trails.departure(address), at, gerard, SharedTerms.SHOWN, now);
        Set<ClientAddress> before = Company.places(book.of(gerard), AddressFamily.IPV4, null, now);

        Lease gerards = grant("gerard", "5.6.7.8");
        assertThat(before).isEmpty();
        assertThat(from).isNotNull();
        assertThat(signs().of(gerards)).contains(new Sign.Shared(others), new Sign.Moved(from.user(), 0));
    }

    @Test
    void aListingOfAUserWithThousandsOfDevicesCostsALookAtEach() {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            leases.add(grant("gerard/d" + i, "10.1." + i / 256 + "." + i % 256));
        }
        Signs once = signs();
        assertThat(book.all())
                .allSatisfy(lease -> assertThat(once.of(lease))
                        .containsExactly(
                                new Sign.ManyAddresses(new UserName("gerard"), AddressFamily.IPV4, leases.size())));
    }
}
