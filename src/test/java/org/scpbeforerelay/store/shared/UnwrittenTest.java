package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStoreContract;

final class UnwrittenTest {
    private final Map<LeaseKey, Lease> standing = new HashMap<>();
    private final Unwritten unwritten = new Unwritten(standing::get);

    @Test
    void eachIsTakenOnceAndWhatCouldNotBeWrittenAgain() {
        Lease first = standing("gerard/a", "203.0.113.1");
        Lease second = standing("gerard/b", "203.0.113.2");
        unwritten.addFirst(first);
        unwritten.add(new LeaseChange.Put(second));
        assertThat(unwritten.isEmpty()).isFalse();

        List<LeaseChange> taken = unwritten.take(10);
        assertThat(taken).containsExactlyInAnyOrder(new LeaseChange.Put(first), new LeaseChange.Put(second));
        assertThat(unwritten.isEmpty()).isTrue();
        unwritten.giveBack(taken);

        assertThat(unwritten.take(1)).hasSize(1);
        assertThat(unwritten.take(1)).hasSize(1);
        assertThat(unwritten.take(1)).isEmpty();
    }

    @Test
    void whatWasOvertakenBeforeItWasWrittenIsNotWrittenAfterwards() {
        Lease read = standing("gerard/a", "203.0.113.1");
        Lease gone = standing("gerard/b", "203.0.113.2");
        unwritten.addFirst(read);
        unwritten.addFirst(gone);
        Lease later = standing("gerard/a", "203.0.113.9");
        standing.remove(gone.key());
        LeaseChange removal = new LeaseChange.Remove(gone.key());
        unwritten.add(new LeaseChange.Put(later));
        unwritten.add(removal);

        assertThat(unwritten.take(10)).containsExactly(new LeaseChange.Put(later), removal);
        assertThat(unwritten.isEmpty()).isTrue();
    }

    @Test
    void whatCouldNotBeWrittenDoesNotOvertakeWhatCameMeanwhile() {
        Lease former = standing("gerard/a", "203.0.113.1");
        unwritten.add(new LeaseChange.Put(former));
        List<LeaseChange> taken = unwritten.take(10);
        Lease later = standing("gerard/a", "203.0.113.9");
        unwritten.add(new LeaseChange.Put(later));
        unwritten.giveBack(taken);

        assertThat(unwritten.take(10)).containsExactly(new LeaseChange.Put(later));
    }

    private Lease standing(String principal, String address) {
        Lease lease = LeaseStoreContract.lease(principal, address);
        standing.put(lease.key(), lease);
        return lease;
    }
}
