package org.scpbeforerelay.view;

import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a lease, as the contract has it. */
public final class LeaseView {
    private LeaseView() {}

    /** {@code {"user","device","address","prefix","source","held","granted_at","renewed_at","expires_at","seconds_left"}}. */
    public static ObjectNode of(Lease lease, Moment now) {
        return Json.object()
                .put("user", lease.user().text())
                .put("device", lease.device().text())
                .put("address", lease.address().toString())
                .put("prefix", lease.prefixLength())
                .put("source", lease.source().text())
                .put("held", lease.held())
                .put("granted_at", Json.time(lease.grantedAtMs()))
                .put("renewed_at", Json.time(lease.renewedAtMs()))
                .put("expires_at", Json.time(lease.expiresAtMs()))
                .put("seconds_left", lease.leftMs(now) / 1000);
    }
}
