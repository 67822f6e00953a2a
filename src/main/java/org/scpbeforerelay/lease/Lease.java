package org.scpbeforerelay.lease;

import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.clock.Moment;

/**
 * The right of one principal at one client address until {@code expiresAtMs}.
 *
 * @param key who, and in which place of the book
 * @param address the client address; the first of its network when {@code prefixLength} is 64
 * @param prefixLength 32 for IPv4; 128, or 64 for a whole IPv6 /64
 * @param source where the announcement came from
 * @param held whether an open connection keeps the lease alive
 * @param proof the fingerprint of the key that proved it ({@code SHA256:…}), or empty where no key was in play
 * @param grantedAtMs when this address was first announced, by the wall clock; never later than the grant
 * @param renewedAtMs when it was last announced, by the wall clock: for a file or a log line, when that was written
 * @param expiresAtMs the first instant, by the wall clock, at which the lease is over (exclusive end)
 * @param deadlineMs the first instant, by the monotonic clock, at which the lease is over
 */
public record Lease(
        LeaseKey key,
        ClientAddress address,
        int prefixLength,
        LeaseSource source,
        boolean held,
        String proof,
        long grantedAtMs,
        long renewedAtMs,
        long expiresAtMs,
        long deadlineMs) {

    public Principal principal() {
        return key.principal();
    }

    public UserName user() {
        return key.user();
    }

    public DeviceName device() {
        return key.device();
    }

    /** Whether the lease holds at this moment: before its end by the wall clock and by the monotonic clock. */
    public boolean activeAt(Moment now) {
        return now.wallMs() < expiresAtMs && now.monotonicMs() < deadlineMs;
    }

    /** The same lease, over at another instant of the monotonic clock. */
    public Lease withDeadlineMs(long newDeadlineMs) {
        return newDeadlineMs == deadlineMs ? this : ending(expiresAtMs, newDeadlineMs);
    }

    /** The same lease, over at another instant of the wall clock. */
    public Lease withExpiresAtMs(long newExpiresAtMs) {
        return ending(newExpiresAtMs, deadlineMs);
    }

    private Lease ending(long newExpiresAtMs, long newDeadlineMs) {
        return new Lease(
                key,
                address,
                prefixLength,
                source,
                held,
                proof,
                grantedAtMs,
                renewedAtMs,
                newExpiresAtMs,
                newDeadlineMs);
    }

    /** Whether no moment to come can find this lease active: the monotonic clock does not go back, the wall clock may. */
    public boolean overForGoodAt(Moment now) {
        return now.monotonicMs() >= deadlineMs;
    }

    /** What is left of it, in milliseconds, never negative. */
    public long leftMs(Moment now) {
        return Math.max(0, Math.min(expiresAtMs - now.wallMs(), deadlineMs - now.monotonicMs()));
    }

    /** Whether the lease speaks for this client address. */
    public boolean covers(ClientAddress client) {
        return client.family() == address.family()
                && client.masked(prefixLength).equals(address);
    }

    /** Whether the lease covers one address and not a network. */
    public boolean isSingleAddress() {
        return prefixLength == address.family().bits();
    }

    /** The addresses that the lease covers. */
    public Network network() {
        return new Network(address, prefixLength);
    }

    /** The address as people and tables write it: {@code 203.0.113.7}, or {@code 2001:db8:1:2::/64}. */
    public String addressText() {
        return isSingleAddress() ? address.toString() : network().toString();
    }
}
