package org.scpbeforerelay.lookup;

import java.util.List;

/**
 * What the listener needs to know.
 *
 * @param listen where to listen; none: nobody can ask
 * @param policy how the policy protocol's answers are put
 * @param connectionsMax how many connections are kept at the most; above it the longest idle one makes room
 * @param idleMs after how many milliseconds without a byte a connection is closed
 * @param keptBytesMax how many bytes of unfinished requests, and of answers that are not taken, are kept for all connections
 *     together; above it those make room that have the most
 */
public record LookupSettings(
        List<ListenAddress> listen, PolicyChoices policy, int connectionsMax, long idleMs, long keptBytesMax) {
    /** Five minutes: as long as Postfix keeps an idle policy connection (smtpd_policy_service_max_idle). */
    public static final long IDLE_MS_DEFAULT = 300_000;

    /** Mail servers send a request as a whole: of thousands of them hardly one is ever kept. */
    private static final long KEPT_BYTES_MAX = 16L << 20;

    public LookupSettings {
        listen = List.copyOf(listen);
        if (connectionsMax < 1 || idleMs < 1 || keptBytesMax < 1) {
            throw new IllegalArgumentException("connectionsMax, idleMs and keptBytesMax are at least 1");
        }
    }

    /** With the usual limits: as many connections as leave the rest of the daemon its file handles, and bytes its memory. */
    public static LookupSettings of(List<ListenAddress> listen, PolicyChoices policy) {
        long keptBytesMax = Math.min(KEPT_BYTES_MAX, Runtime.getRuntime().maxMemory() / 8);
        return new LookupSettings(listen, policy, FileHandles.connectionsMax(), IDLE_MS_DEFAULT, keptBytesMax);
    }

    /**
     * How the policy protocol's answers are put; may change while the listener runs.
     *
     * @param rejectWrongSender whether a sender outside the allowance is told so ({@code REJECT}) or is left to the mail
     *     server's further rules ({@code DUNNO})
     * @param auditHeader whether relayed messages get a header that names the lease
     */
    public record PolicyChoices(boolean rejectWrongSender, boolean auditHeader) {
        /** Say DUNNO, add nothing. */
        public static final PolicyChoices DEFAULT = new PolicyChoices(false, false);
    }
}
