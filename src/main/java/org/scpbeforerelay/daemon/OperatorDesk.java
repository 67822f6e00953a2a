package org.scpbeforerelay.daemon;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators do, whether by command or by the console: done, logged and put on record in one place. */
final class OperatorDesk {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorDesk.class);

    private final Daemon daemon;
    private final Registry registry;

    OperatorDesk(Daemon daemon, Registry registry) {
        this.daemon = daemon;
        this.registry = registry;
    }

    /** Grants a lease; {@code termMs} 0 is the user's own term. */
    CompletableFuture<Verdict> grant(Principal principal, ClientAddress address, long termMs, String operator) {
        Announcement announcement = new Announcement(
                principal,
                LeaseSource.OPERATOR,
                "",
                null,
                List.of(new Claim.Address(address)),
                Announcement.Hold.NONE,
                termMs,
                Announcement.NO_BOUND,
                Announcement.NOW);
        return registry.announce(announcement).thenApply(verdict -> {
            if (verdict instanceof Verdict.Granted granted) {
                granted.leases().forEach(lease -> granted(lease, operator));
            }
            return verdict;
        });
    }

    private void granted(Lease lease, String operator) {
        daemon.record(operator, "granted " + lease.principal() + " " + lease.addressText());
        LOG.info(
                "granted {} {} until {} by operator {}",
                lease.principal(),
                lease.addressText(),
                Json.second(lease.expiresAtMs()),
                operator);
    }

    /** Revokes; {@code what} says in words which leases are meant. */
    CompletableFuture<Revocation> revoke(Selection selection, String what, String operator) {
        return registry.revoke(selection, "by operator " + operator).thenApply(revocation -> {
            daemon.record(operator, "revoked " + what);
            return revocation;
        });
    }
}
