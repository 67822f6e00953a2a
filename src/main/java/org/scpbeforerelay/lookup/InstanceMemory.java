package org.scpbeforerelay.lookup;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;

/**
 * The messages under way: which {@code instance} (Postfix's name of a message while it is received) we permitted at RCPT, and by
 * whose lease. Only these are ours at DATA and END-OF-MESSAGE; all other mail of the host passes there too.
 *
 * <p>Bounded by count and by age: what falls out merely gets no audit header, and no line in the record. Belongs to one thread.
 */
final class InstanceMemory {
    /** More messages than all smtpd processes of a large host receive at once. */
    static final int COUNT_MAX = 16_384;

    /** Longer than a message takes from its first recipient to its end. */
    static final long AGE_MAX_MS = 3_600_000;

    /** Longer names are nobody's: Postfix's have some 25 characters. */
    static final int NAME_MAX = 128;

    private final LinkedHashMap<String, Permit> permits = new LinkedHashMap<>();

    /** By what a message was permitted. */
    static final class Permit {
        private final ClientAddress client;
        private Lease lease;
        private int recipients;
        private boolean counted;
        private boolean told;

        // By the monotonic clock.
        private long atMs;

        Permit(Lease lease, ClientAddress client) {
            this.lease = lease;
            this.client = client;
        }

        /** The lease that permitted the last recipient. */
        Lease lease() {
            return lease;
        }

        /** How many recipients were permitted, by whatever lease. */
        int recipients() {
            return recipients;
        }

        /** Whether the lease's user has limits. */
        boolean counted() {
            return counted;
        }

        /** Whether the mail server has gone on to the content, and that was told. */
        boolean told() {
            return told;
        }
    }

    /** Keeps in mind that a recipient of this message was permitted. Whether it is the first by this lease. */
    boolean permitted(String instance, Lease lease, ClientAddress client, boolean counted, long nowMs) {
        if (instance.isEmpty() || instance.length() > NAME_MAX) {
            return true;
        }
        Permit permit = of(instance, client, nowMs);
        boolean first = permit == null || !permit.lease.key().equals(lease.key());
        if (permit == null) {
            permit = new Permit(lease, client);
            permits.putLast(instance, permit);
        }
        permit.lease = lease;
        permit.recipients++;
        permit.counted = counted;
        permit.atMs = nowMs;
        forget(nowMs);
        return first;
    }

    /** Takes note that the mail server has gone on to the content. */
    void told(Permit permit) {
        permit.told = true;
    }

    private void forget(long nowMs) {
        while (!permits.isEmpty() && (permits.size() > COUNT_MAX || tooOld(eldest(), nowMs))) {
            permits.pollFirstEntry();
        }
    }

    /** By what this message from this client was permitted; null when it was not, or too long ago. */
    @Nullable
    Permit of(String instance, ClientAddress client, long nowMs) {
        Permit permit = permits.get(instance);
        return permit == null || tooOld(permit, nowMs) || !permit.client.equals(client) ? null : permit;
    }

    int size() {
        return permits.size();
    }

    private Permit eldest() {
        return permits.firstEntry().getValue();
    }

    private static boolean tooOld(Permit permit, long nowMs) {
        return nowMs - permit.atMs >= AGE_MAX_MS;
    }
}
