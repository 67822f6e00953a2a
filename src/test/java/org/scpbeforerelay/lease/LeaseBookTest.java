package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;

/** The book against a reference model that does everything by looking at everything. */
final class LeaseBookTest {
    private static final Moment NOW = new Moment(1_800_000_000_000L, 5_000_000L);
    private static final List<String> USERS = List.of("a", "a.", "a.b", "a0", "ab", "b", "z".repeat(64), "0");
    private static final List<String> DEVICES = List.of("0", "default", "zz", "z".repeat(64));
    private static final List<ClientAddress> ADDRESSES = IntStream.range(0, 5)
            .boxed()
            .flatMap(i -> List.of("203.0.113." + i, "2001:db8::" + i, "2001:db8:0:1::" + i).stream())
            .map(SampleLeases::address)
            .toList();
    private static final List<LeaseSource> SOURCES = List.of(LeaseSource.values());

    private final LeaseBook book = new LeaseBook();
    private final Map<LeaseKey, Lease> model = new TreeMap<>();

    @Test
    void bookAgreesWithANaiveOneOverRandomOperations() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            for (int step = 0; step < 3_000; step++) {
                change(random);
                if (!agrees(random)) {
                    fail("seed %d, step %d: %s and %s", seed, step, book.all(), model.values());
                }
            }
            assertThat(book.all()).containsExactlyInAnyOrderElementsOf(model.values());
            for (LeaseKey key : List.copyOf(model.keySet())) {
                book.remove(key);
            }
            assertThat(book.size()).isZero();
            assertThat(ADDRESSES).allMatch(address -> book.at(address).length == 0);
            model.clear();
        }
    }

    private void change(Random random) {
        Lease lease = randomLease(random);
        if (random.nextInt(3) > 0) {
            assertThat(book.put(lease)).isSameAs(model.put(lease.key(), lease));
        } else {
            assertThat(book.remove(lease.key())).isSameAs(model.remove(lease.key()));
        }
    }

    private boolean agrees(Random random) {
        ClientAddress client = one(ADDRESSES, random);
        UserName user = new UserName(one(USERS, random));
        LeaseKey key = randomLease(random).key();
        return book.size() == model.size()
                && sorted(List.of(book.at(client)))
                        .equals(model.values().stream()
                                .filter(lease -> lease.covers(client))
                                .toList())
                && List.copyOf(book.of(user))
                        .equals(model.values().stream()
                                .filter(lease -> lease.user().equals(user))
                                .toList())
                && book.inOrder().equals(List.copyOf(model.values()))
                && book.get(key) == model.get(key);
    }

    private static List<Lease> sorted(List<Lease> leases) {
        return leases.stream().sorted(Comparator.comparing(Lease::key)).toList();
    }

    private static Lease randomLease(Random random) {
        return SampleLeases.lease(
                new Principal(new UserName(one(USERS, random)), new DeviceName(one(DEVICES, random))),
                one(ADDRESSES, random),
                random.nextBoolean() ? 64 : 128,
                one(SOURCES, random),
                "",
                NOW,
                random.nextInt(100));
    }

    private static <T> T one(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    @Test
    void newAddressTakesThePlaceOfTheFormerOne() {
        Lease first = SampleLeases.lease("gerard/gwaihir", "203.0.113.7", NOW, 1);
        Lease second = SampleLeases.lease("gerard/gwaihir", "203.0.113.8", NOW, 1);
        book.put(first);
        assertThat(book.put(second)).isSameAs(first);
        assertThat(book.at(first.address())).isEmpty();
        assertThat(book.at(second.address())).containsExactly(second);
        assertThat(book.size()).isEqualTo(1);
    }

    @Test
    void pitfall36LeasesOfSeveralPrincipalsOnOneAddressAreCountedSeparately() {
        Lease gerards = SampleLeases.lease("gerard/gwaihir", "203.0.113.7", NOW, 1);
        Lease frodos = SampleLeases.lease("frodo/default", "203.0.113.7", NOW, 1);
        book.put(gerards);
        book.put(frodos);
        assertThat(book.at(gerards.address())).containsExactlyInAnyOrder(gerards, frodos);
        book.remove(gerards.key());
        assertThat(book.at(gerards.address())).containsExactly(frodos);
        book.remove(gerards.key());
        assertThat(book.at(gerards.address())).containsExactly(frodos);
    }

    @Test
    void pitfall15DualStackDeviceHasALeaseOfEachFamily() {
        book.put(SampleLeases.lease("gerard/gwaihir", "203.0.113.7", NOW, 1));
        book.put(SampleLeases.lease("gerard/gwaihir", "2001:db8::7", NOW, 1));
        assertThat(book.size()).isEqualTo(2);
        assertThat(book.at(SampleLeases.address("203.0.113.7"))).hasSize(1);
        assertThat(book.at(SampleLeases.address("2001:db8::7"))).hasSize(1);
    }

    @Test
    void pitfall14NetworkLeaseIsFoundFromEveryAddressInIt() {
        Lease network = SampleLeases.lease(
                Principal.parse("gerard/gwaihir"),
                SampleLeases.address("2001:db8::7"),
                64,
                LeaseSource.SSH,
                "",
                NOW,
                1);
        Lease single = SampleLeases.lease("frodo", "2001:db8::9", NOW, 1);
        book.put(network);
        book.put(single);
        assertThat(book.at(SampleLeases.address("2001:db8::dead:beef"))).containsExactly(network);
        assertThat(book.at(SampleLeases.address("2001:db8::9"))).containsExactly(single, network);
        assertThat(book.at(SampleLeases.address("2001:db8:0:1::7"))).isEmpty();
        assertThat(book.at(SampleLeases.address("203.0.113.7"))).isEmpty();
        Lease narrowed = SampleLeases.lease("gerard/gwaihir", "2001:db8::7", NOW, 1);
        assertThat(book.put(narrowed)).isSameAs(network);
        assertThat(book.at(SampleLeases.address("2001:db8::dead:beef"))).isEmpty();
        assertThat(book.at(SampleLeases.address("2001:db8::7"))).containsExactly(narrowed);
    }

    @Test
    void renewalKeepsItsPlaceAmongTheLeasesOfAnAddress() {
        Lease first = SampleLeases.lease("gerard/gwaihir", "203.0.113.7", NOW, 1);
        book.put(first);
        book.put(SampleLeases.lease("frodo", "203.0.113.7", NOW, 1));
        Lease renewed = SampleLeases.lease("gerard/gwaihir", "203.0.113.7", NOW, 1_000);
        Lease[] before = book.at(first.address());
        book.put(renewed);
        assertThat(book.at(first.address())[0]).isSameAs(renewed);
        assertThat(before[0]).isSameAs(first);
    }

    @Test
    void userWhoseNameBeginsLikeAnotherHasOnlyHisOwnLeases() {
        Map<String, Integer> counts = new HashMap<>();
        for (String user : USERS) {
            for (String device : DEVICES) {
                book.put(SampleLeases.lease(user + "/" + device, "203.0.113.7", NOW, 1));
                counts.merge(user, 1, Integer::sum);
            }
            Lease login = SampleLeases.lease(
                    Principal.parse(user + "/login"),
                    SampleLeases.address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
                    128,
                    LeaseSource.LOGIN_LOG,
                    "",
                    NOW,
                    1);
            book.put(login);
            counts.merge(user, 1, Integer::sum);
        }
        for (String user : USERS) {
            assertThat(book.of(new UserName(user)))
                    .hasSize(counts.getOrDefault(user, 0))
                    .allMatch(lease -> lease.user().text().equals(user));
        }
        assertThat(book.of(new UserName("nobody"))).isEmpty();
    }

    /** As logins come from everywhere; some go again. */
    @Test
    void aUserWithManyLeasesHasThemInOrderAndLosesThoseThatGo() {
        Map<LeaseKey, Lease> model = new TreeMap<>();
        Random random = new Random(16);
        book.put(SampleLeases.lease("frodo", "203.0.113.7", NOW, 1));
        for (int step = 0; step < 4_000; step++) {
            // Grows, shrinks to nothing, grows again.
            boolean growing = step / 1_000 % 2 == 0;
            Lease login = SampleLeases.lease(
                    Principal.parse("gerard/login"),
                    SampleLeases.address("2001:db8::" + Integer.toHexString(random.nextInt(40))),
                    128,
                    LeaseSource.LOGIN_LOG,
                    "",
                    NOW,
                    step);
            if (random.nextInt(10) < (growing ? 8 : 1)) {
                assertThat(book.put(login)).isSameAs(model.put(login.key(), login));
            } else {
                assertThat(book.remove(login.key())).isSameAs(model.remove(login.key()));
            }
            assertThat(book.of(new UserName("gerard"))).containsExactlyElementsOf(model.values());
            assertThat(book.get(login.key())).isSameAs(model.get(login.key()));
            assertThat(book.size()).isEqualTo(model.size() + 1);
        }
    }

    @Test
    void allLeasesAreThereOnceAndInOrderWhenThatIsAsked() {
        for (int i = 0; i < 1_000; i++) {
            book.put(SampleLeases.lease("user" + i % 700 + "/device" + i, "203.0.113.7", NOW, 1));
        }
        assertThat(book.all()).hasSize(1_000).doesNotHaveDuplicates();
        assertThat(book.inOrder())
                .containsExactlyInAnyOrderElementsOf(book.all())
                .isSortedAccordingTo(Comparator.comparing(Lease::key));
        assertThat(Arrays.asList(book.at(SampleLeases.address("203.0.113.7")))).hasSize(1_000);
    }
}
