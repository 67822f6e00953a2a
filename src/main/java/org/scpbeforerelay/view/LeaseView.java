package org.scpbeforerelay.view;

import java.util.List;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.sign.Sign;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a lease, as the contract has it. */
public final class LeaseView {
    private LeaseView() {}

    /** {@code {"user","device","address","prefix","source","held","granted_at","renewed_at","expires_at","seconds_left","signs"}}. */
    public static ObjectNode of(Lease lease, List<Sign> signs, Moment now) {
        ObjectNode view = Json.object()
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
        view.set("signs", signs(signs));
        return view;
    }

    /** {@code [{"sign":"shared","says":"sam has a lease on this address too"}]}. */
    public static ArrayNode signs(List<Sign> signs) {
        ArrayNode view = Json.array();
        signs.forEach(sign -> view.addObject().put("sign", sign.word()).put("says", sign.says()));
        return view;
    }
}
