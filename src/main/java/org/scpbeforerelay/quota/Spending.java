package org.scpbeforerelay.quota;

/**
 * What this host has counted on one user since its start, given back or not counted with it: totals that others take the difference of.
 * Written by the one thread that counts, without a lock and without an object for each count; read by any.
 */
public final class Spending {
    private volatile long messages;
    private volatile long recipients;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void count(Charge charge) {
        if (charge.messages() != null) {
            messages++;
        }
        if (charge.recipients() != null) {
            recipients++;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void giveBackRecipients(long number) {
        recipients -= number;
    }

    public long messages() {
        return messages;
    }

    public long recipients() {
        return recipients;
    }
}
