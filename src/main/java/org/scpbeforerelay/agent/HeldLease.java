package org.scpbeforerelay.agent;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** A lease that a connection holds, as {@code leases --json} tells. */
record HeldLease(String principal, String address) {
    /**
     * The one that a connection of this destination holds: of its device, where the login names one, on the address bound to,
     * where one is; of several, the one renewed last. Empty when there is none (yet), or the answer is none.
     */
    static Optional<HeldLease> find(String answer, Destination destination, @Nullable ClientAddress bound) {
        String login = destination.login();
        String device = login.indexOf('+') < 0 ? "" : login.substring(login.indexOf('+') + 1);
        JsonNode found = null;
        for (JsonNode lease : leases(answer)) {
            boolean fits = lease.path("held").asBoolean()
                    && (device.isEmpty() || device.equals(lease.path("device").asString()))
                    && (bound == null || sameFamily(lease, bound));
            if (fits && (found == null || renewed(lease).compareTo(renewed(found)) > 0)) {
                found = lease;
            }
        }
        return Optional.ofNullable(found)
                .map(lease -> new HeldLease(
                        lease.path("user").asString() + "/"
                                + lease.path("device").asString(),
                        lease.path("address").asString()));
    }

    /** Behind a NAT it is another address, of the same family all the same. */
    private static boolean sameFamily(JsonNode lease, ClientAddress bound) {
        return ClientAddress.tryParse(lease.path("address").asString())
                .filter(address -> address.family() == bound.family())
                .isPresent();
    }

    private static String renewed(JsonNode lease) {
        return lease.path("renewed_at").asString();
    }

    private static JsonNode leases(String answer) {
        try {
            return Json.read(answer).path("leases");
        } catch (IllegalArgumentException e) {
            return Json.array();
        }
    }
}
