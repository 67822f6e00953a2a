package org.scpbeforerelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.store.LeaseStore.Recorded;

/** The guarantees of {@link LeaseStore}, for every provider to inherit. */
public abstract class LeaseStoreContract {
    protected static final String BOOT = "7f8b1f6e-5d0b-4a27-9d6c-0a4b0f5f1a11";
    private static final String NEXT_BOOT = "b2a4a9d0-6f0e-4f43-8a80-3a5a6a7f9c22";

    protected LeaseStore store;

    /** Opens the store under test; the second time, with what is on its disk. */
    protected abstract LeaseStore openStore() throws StoreException;

    @BeforeEach
    void openForTheFirstTime() throws StoreException {
        store = openStore();
    }

    @AfterEach
    void closeAtTheEnd() {
        store.close();
    }

    @Test
    void aNewStoreIsEmpty() throws StoreException {
        assertThat(loaded()).isEmpty();
    }

    @Test
    void whatWasCommittedIsThereAfterReopeningExactlyAsItWas() throws StoreException {
        List<Lease> leases = List.of(
                lease("gerard/gwaihir", "203.0.113.7"),
                lease("gerard/gwaihir", "2001:db8::7"),
                network64("gerard/landroval", "2001:db8:1:2::"),
                login("a_b.c-d/login", "198.51.100.200"),
                login("a_b.c-d/login", "2001:db8::9"),
                held("0/0", "192.0.2.1"),
                lease("z".repeat(64) + "/" + "9".repeat(63) + "z", "255.255.255.254"));

        store.commit(puts(leases), BOOT);
        reopen();

        assertThat(loaded())
                .containsExactlyInAnyOrderElementsOf(
                        leases.stream().map(lease -> new Recorded(lease, BOOT)).toList());
    }

    @Test
    void whatWasCommittedIsThereWithoutClosing() throws StoreException {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(lease)), BOOT);

        assertThat(loaded()).containsExactly(new Recorded(lease, BOOT));
    }

    @Test
    void aLeaseTakesThePlaceOfTheOneBeforeIt() throws StoreException {
        store.commit(puts(List.of(lease("gerard/gwaihir", "203.0.113.7"))), BOOT);
        Lease moved = lease("gerard/gwaihir", "203.0.113.8");
        store.commit(puts(List.of(moved)), BOOT);
        reopen();

        assertThat(loaded()).containsExactly(new Recorded(moved, BOOT));
    }

    @Test
    void loginLeasesReplaceOnlyTheirOwnAddress() throws StoreException {
        Lease one = login("gerard/login", "203.0.113.7");
        Lease other = login("gerard/login", "203.0.113.8");
        store.commit(puts(List.of(one, other)), BOOT);
        store.commit(List.of(new LeaseChange.Remove(one.key())), BOOT);

        assertThat(loaded()).containsExactly(new Recorded(other, BOOT));
    }

    @Test
    void changesApplyInTheirOrder() throws StoreException {
        Lease first = lease("gerard/gwaihir", "203.0.113.7");
        Lease second = lease("gerard/gwaihir", "203.0.113.8");
        Lease gone = lease("gerard/landroval", "203.0.113.9");
        store.commit(
                List.of(
                        new LeaseChange.Put(first),
                        new LeaseChange.Put(gone),
                        new LeaseChange.Remove(first.key()),
                        new LeaseChange.Put(second),
                        new LeaseChange.Remove(gone.key())),
                BOOT);
        reopen();

        assertThat(loaded()).containsExactly(new Recorded(second, BOOT));
    }

    @Test
    void whatWasRemovedStaysAway() throws StoreException {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(lease)), BOOT);
        store.commit(List.of(new LeaseChange.Remove(lease.key())), BOOT);
        reopen();

        assertThat(loaded()).isEmpty();
    }

    @Test
    void removingWhatIsNotThereIsNoError() throws StoreException {
        store.commit(
                List.of(new LeaseChange.Remove(
                        lease("gerard/gwaihir", "203.0.113.7").key())),
                BOOT);

        assertThat(loaded()).isEmpty();
    }

    @Test
    void aFamilyIsRemovedWithoutTheOther() throws StoreException {
        Lease four = lease("gerard/gwaihir", "203.0.113.7");
        Lease six = lease("gerard/gwaihir", "2001:db8::7");
        store.commit(puts(List.of(four, six)), BOOT);
        store.commit(List.of(new LeaseChange.Remove(four.key())), BOOT);

        assertThat(loaded()).containsExactly(new Recorded(six, BOOT));
    }

    @Test
    void anEmptyCommitChangesNothing() throws StoreException {
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(lease)), BOOT);
        store.commit(List.of(), BOOT);
        reopen();

        assertThat(loaded()).containsExactly(new Recorded(lease, BOOT));
    }

    @Test
    void eachLeaseKeepsTheBootOfItsDeadline() throws StoreException {
        Lease before = lease("gerard/gwaihir", "203.0.113.7");
        Lease after = lease("gerard/landroval", "203.0.113.8");
        store.commit(puts(List.of(before)), BOOT);
        reopen();
        store.commit(puts(List.of(after)), NEXT_BOOT);
        reopen();

        assertThat(loaded()).containsExactlyInAnyOrder(new Recorded(before, BOOT), new Recorded(after, NEXT_BOOT));
    }

    @Test
    void hundredsOfBootsAreNoBurden() throws StoreException {
        Lease first = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(first)), BOOT);
        Lease last = lease("gerard/landroval", "203.0.113.8");
        for (int boot = 0; boot < 300; boot++) {
            store.commit(puts(List.of(last)), "boot-" + boot);
        }
        reopen();

        assertThat(loaded()).containsExactlyInAnyOrder(new Recorded(first, BOOT), new Recorded(last, "boot-299"));
    }

    @Test
    void theLargestRoundIsOneCommitAndTheNextSmallOneIsStillRight() throws StoreException {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            leases.add(lease(
                    "user" + i + "/gwaihir",
                    ClientAddress.ofIpv4(0x0a00_0000 + i).toString()));
        }
        store.commit(puts(leases), BOOT);
        Lease last = lease("gerard/gwaihir", "203.0.113.7");
        store.commit(puts(List.of(last)), BOOT);
        leases.add(last);
        reopen();

        Set<Recorded> expected =
                leases.stream().map(lease -> new Recorded(lease, BOOT)).collect(Collectors.toSet());
        assertThat(loaded())
                .hasSize(leases.size())
                .satisfies(all -> assertThat(new HashSet<>(all)).isEqualTo(expected));
    }

    @Test
    void itSaysWhereItIsInOneLine() {
        assertThat(store.describe()).isNotBlank().doesNotContain("\n");
    }

    protected final void reopen() throws StoreException {
        store.close();
        store = openStore();
    }

    protected final List<Recorded> loaded() throws StoreException {
        List<Recorded> all = new ArrayList<>();
        store.load(all::add);
        return all;
    }

    public static List<LeaseChange> puts(List<Lease> leases) {
        return leases.stream().<LeaseChange>map(LeaseChange.Put::new).toList();
    }

    public static Lease lease(String principal, String address) {
        return lease(principal, address, LeaseSource.SSH, false, 0);
    }

    private static Lease held(String principal, String address) {
        return lease(principal, address, LeaseSource.SSH, true, 0);
    }

    private static Lease login(String principal, String address) {
        return lease(principal, address, LeaseSource.LOGIN_LOG, false, 0);
    }

    private static Lease network64(String principal, String address) {
        return lease(principal, address, LeaseSource.OPERATOR, false, 64);
    }

    private static Lease lease(String principal, String text, LeaseSource source, boolean held, int prefixLength) {
        ClientAddress address = ClientAddress.tryParse(text).orElseThrow();
        return new Lease(
                LeaseKey.of(Principal.parse(principal), address, source),
                address,
                prefixLength == 0 ? address.family().bits() : prefixLength,
                source,
                held,
                source == LeaseSource.SSH ? "SHA256:" + "Ab+/".repeat(10) + "xyz" : "",
                1_795_000_000_123L,
                1_795_000_600_456L,
                1_795_001_800_456L,
                86_400_000_000L + principal.length());
    }
}
