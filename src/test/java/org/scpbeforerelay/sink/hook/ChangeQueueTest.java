package org.scpbeforerelay.sink.hook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.sink.hook.ChangeQueue.Outcome;

final class ChangeQueueTest {
    private final ChangeQueue queue = new ChangeQueue(3, 2);

    private static Change change(String event, String principal, String address) {
        return new Change(event, Principal.parse(principal), address, 1_000);
    }

    @Test
    void changesOfOnePrincipalComeOneAfterTheOtherThoseOfOthersMeanwhile() {
        Change first = change("granted", "gerard/a", "203.0.113.7");
        Change second = change("revoked", "gerard/a", "203.0.113.7");
        Change other = change("granted", "frodo/b", "203.0.113.9");
        queue.add(first);
        queue.add(second);
        queue.add(other);
        assertThat(queue.take()).isEqualTo(first);
        assertThat(queue.take()).isEqualTo(other);
        assertThat(queue.take()).isNull();
        queue.done(first);
        assertThat(queue.take()).isEqualTo(second);
    }

    @Test
    void renewalsInARowAreOne() {
        queue.add(change("granted", "gerard/a", "203.0.113.7"));
        queue.add(change("renewed", "gerard/a", "203.0.113.7"));
        Change last = new Change("renewed", Principal.parse("gerard/a"), "203.0.113.7", 2_000);
        queue.add(last);
        assertThat(queue.size()).isEqualTo(2);
        queue.done(Objects.requireNonNull(queue.take()));
        assertThat(queue.take()).isEqualTo(last);
    }

    @Test
    void withNoRoomLeftRenewalsGoFirstAndNothingElseGoesUnsaid() {
        queue.add(change("renewed", "gerard/a", "203.0.113.7"));
        queue.add(change("granted", "frodo/b", "203.0.113.8"));
        queue.add(change("granted", "sam/c", "203.0.113.9"));
        assertThat(queue.add(change("renewed", "pippin/d", "203.0.113.10"))).isEqualTo(Outcome.RENEWAL_DROPPED);
        assertThat(queue.add(change("revoked", "pippin/d", "203.0.113.10"))).isEqualTo(Outcome.RENEWAL_DROPPED);
        assertThat(queue.add(change("expired", "merry/e", "203.0.113.11"))).isEqualTo(Outcome.REFUSED);
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.take()).extracting(Change::event).isEqualTo("granted");
    }

    @Test
    void noMoreWorkersAreHiredThanAllowedAndNoneForAPrincipalThatIsBeingTold() {
        queue.add(change("granted", "gerard/a", "203.0.113.7"));
        assertThat(queue.hire()).isTrue();
        Change first = queue.take();
        queue.add(change("revoked", "gerard/a", "203.0.113.7"));
        assertThat(queue.hire()).isFalse();
        queue.add(change("granted", "frodo/b", "203.0.113.8"));
        assertThat(queue.hire()).isTrue();
        queue.take();
        queue.add(change("granted", "sam/c", "203.0.113.9"));
        assertThat(queue.hire()).isFalse();
        assertThat(first).isNotNull();
    }

    @Test
    void aWorkerThatDoesNotComeIsHiredAgain() {
        queue.add(change("granted", "gerard/a", "203.0.113.7"));
        for (int i = 0; i < 10; i++) {
            assertThat(queue.hire()).isTrue();
            queue.dismiss();
        }
        assertThat(queue.hire()).isTrue();
        assertThat(queue.take()).isNotNull();
    }
}
