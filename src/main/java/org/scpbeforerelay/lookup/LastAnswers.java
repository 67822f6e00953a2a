package org.scpbeforerelay.lookup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.LeaseKey;

/**
 * The questions that were decided last, for people who want to see them: a few hundred that were permitted, as many that were not. Written
 * by the listener's thread alone, at the cost of one small object; read by any.
 */
public final class LastAnswers {
    static final int KEPT = 256;

    private final Ring permitted = new Ring();
    private final Ring others = new Ring();

    /**
     * One question that was decided.
     *
     * @param atMs by the wall clock, as it was when the round of questions began
     * @param who whose lease it was about; null where there was none
     */
    public record Answered(
            long atMs,
            LookupProtocol protocol,
            LookupAnswer answer,
            ClientAddress client,
            @Nullable LeaseKey who) {}

    private static final class Ring {
        private final AtomicReferenceArray<@Nullable Answered> slots = new AtomicReferenceArray<>(KEPT);
        private int next;

        void add(Answered one) {
            slots.setRelease(next, one);
            next = (next + 1) % KEPT;
        }

        void addTo(List<Answered> all) {
            for (int i = 0; i < KEPT; i++) {
                Answered one = slots.getAcquire(i);
                if (one != null) {
                    all.add(one);
                }
            }
        }
    }

    void add(Answered one) {
        (one.answer == LookupAnswer.PERMIT ? permitted : others).add(one);
    }

    /** All that are kept, the newest first. */
    public List<Answered> newestFirst() {
        List<Answered> all = new ArrayList<>(2 * KEPT);
        permitted.addTo(all);
        others.addTo(all);
        all.sort((one, other) -> Long.compare(other.atMs, one.atMs));
        return all;
    }
}
