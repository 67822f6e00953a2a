package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.SampleLeases;

/** What the listener remembers of its peers is bounded, whatever they do. */
final class BoundedMemoryTest {
    private static final ClientAddress CLIENT = RelayHost.address("203.0.113.7");
    private static final Lease GWAIHIR =
            SampleLeases.lease("gerard/gwaihir", "203.0.113.7", new Moment(0, 0), 1_200_000);

    @Test
    void messagesAreForgottenByCountEldestFirst() {
        InstanceMemory memory = new InstanceMemory();
        for (int i = 0; i < InstanceMemory.COUNT_MAX + 10; i++) {
            memory.permitted("m" + i, GWAIHIR, CLIENT, false, i);
            memory.permitted("m0", GWAIHIR, CLIENT, false, i); // another recipient of the first
        }
        assertThat(memory.size()).isEqualTo(InstanceMemory.COUNT_MAX);
        assertThat(memory.of("m0", CLIENT, 0)).isNotNull();
        assertThat(memory.of("m1", CLIENT, 0)).isNull();
        assertThat(memory.of("m" + (InstanceMemory.COUNT_MAX + 9), CLIENT, 0)).isNotNull();
    }

    @Test
    void messagesAreForgottenByAge() {
        InstanceMemory memory = new InstanceMemory();
        memory.permitted("old", GWAIHIR, CLIENT, false, 0);
        assertThat(memory.of("old", CLIENT, InstanceMemory.AGE_MAX_MS - 1)).isNotNull();
        assertThat(memory.of("old", CLIENT, InstanceMemory.AGE_MAX_MS)).isNull();
        memory.permitted("new", GWAIHIR, CLIENT, false, InstanceMemory.AGE_MAX_MS);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void namesThatNoMailServerGivesAreNotKept() {
        InstanceMemory memory = new InstanceMemory();
        memory.permitted("", GWAIHIR, CLIENT, false, 0);
        memory.permitted("x".repeat(InstanceMemory.NAME_MAX + 1), GWAIHIR, CLIENT, false, 0);
        assertThat(memory.size()).isZero();
    }

    @Test
    void aPeerIsComplainedOfOnceAMinute() {
        Complaints complaints = new Complaints();
        assertThat(complaints.unsaidIfDue("192.0.2.1", 0)).isZero();
        assertThat(complaints.unsaidIfDue("192.0.2.1", 1)).isEqualTo(-1);
        assertThat(complaints.unsaidIfDue("192.0.2.1", Complaints.PAUSE_MS - 1)).isEqualTo(-1);
        assertThat(complaints.unsaidIfDue("192.0.2.2", 2)).isZero();
        assertThat(complaints.unsaidIfDue("192.0.2.1", Complaints.PAUSE_MS)).isEqualTo(2);
    }

    @Test
    void manyPeersTogetherAreOne() {
        Complaints complaints = new Complaints();
        int said = 0;
        for (int i = 0; i < 100_000; i++) {
            said += complaints.unsaidIfDue("192.0.2." + i, 1000) >= 0 ? 1 : 0;
        }
        // Each that is remembered was said once.
        assertThat(said).isLessThanOrEqualTo(Complaints.PEERS_MAX + 1);
    }
}
