package org.scpbeforerelay.sink.hook;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.LeaseEvent;

/**
 * A change of a lease as a hook is told of it.
 *
 * @param event {@code granted}, {@code renewed}, {@code revoked} or {@code expired}
 * @param address {@code 203.0.113.7}, or {@code 2001:db8:1:2::/64}
 * @param endsAtMs when the right ends, or did, by the wall clock
 */
record Change(String event, Principal principal, String address, long endsAtMs) {
    private static final String RENEWED = "renewed";

    /** Null for what is no change of a lease. */
    static @Nullable Change of(LeaseEvent event) {
        return switch (event) {
            case LeaseEvent.Granted granted ->
                of("granted", granted.lease(), granted.lease().expiresAtMs());
            case LeaseEvent.Renewed renewed ->
                of(RENEWED, renewed.lease(), renewed.lease().expiresAtMs());
            case LeaseEvent.Revoked revoked -> of("revoked", revoked.lease(), revoked.atMs());
            case LeaseEvent.Expired expired ->
                of("expired", expired.lease(), expired.lease().expiresAtMs());
            case LeaseEvent.Refused refused -> null;
        };
    }

    private static Change of(String event, Lease lease, long endsAtMs) {
        return new Change(event, lease.principal(), lease.addressText(), endsAtMs);
    }

    boolean isRenewal() {
        return event.equals(RENEWED);
    }

    /** Whether the other, earlier one need not be told when this one is. */
    boolean supersedes(Change earlier) {
        return isRenewal() && earlier.isRenewal() && earlier.address.equals(address);
    }

    Map<String, String> environment() {
        return Map.of(
                "SBR_EVENT", event,
                "SBR_USER", principal.user().text(),
                "SBR_DEVICE", principal.device().text(),
                "SBR_ADDRESS", address,
                "SBR_EXPIRES_AT",
                        Instant.ofEpochMilli(endsAtMs)
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString());
    }
}
