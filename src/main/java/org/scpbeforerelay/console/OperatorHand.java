package org.scpbeforerelay.console;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;

/** What an operator does by the console, from the page and the API alike. */
public final class OperatorHand {
    private static final long PATIENCE_SECONDS = 30;

    private final ConsoleDesk desk;

    public OperatorHand(ConsoleDesk desk) {
        this.desk = desk;
    }

    /**
     * Grants a lease; a {@link Problem} says why not.
     *
     * @param term empty for the user's own
     */
    public Lease grant(Visit visit, String user, String device, String address, String term) throws Problem {
        Principal principal;
        ClientAddress client;
        try {
            principal = Principal.parse(device.isEmpty() ? user : user + "/" + device);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
        try {
            client = ClientAddress.parse(address);
        } catch (AddressSyntaxException e) {
            throw new Problem(
                    422,
                    RefusalCode.ADDRESS_MALFORMED.text(),
                    "The lease was not granted",
                    String.valueOf(e.getMessage()));
        }
        if (!desk.roster().allowances().containsKey(principal.user())) {
            throw new Problem(
                    422,
                    "no-such-user",
                    "The lease was not granted",
                    "there is no user '" + principal.user() + "'; 'user list' shows all");
        }
        Verdict verdict = await(desk.grant(principal, client, term.isEmpty() ? 0 : Duration.ms(term), operator(visit)));
        return switch (verdict) {
            case Verdict.Granted granted -> granted.leases().getFirst();
            case Verdict.Refused refused ->
                throw new Problem(
                        refused.code() == RefusalCode.STORE_UNAVAILABLE ? 503 : 422,
                        refused.code().text(),
                        "The lease was not granted",
                        refused.reason());
        };
    }

    /**
     * Revokes what a principal has in one address family; gives what ended.
     *
     * @param onlyAt of several leases of a login log only that on this address; null for all
     */
    public Revocation revoke(Visit visit, LeaseKey place, @Nullable ClientAddress onlyAt) throws Problem {
        List<LeaseKey> keys = new ArrayList<>();
        for (Lease lease : desk.book().of(place.principal().user())) {
            if (lease.principal().equals(place.principal())
                    && lease.key().family() == place.family()
                    && (onlyAt == null || lease.covers(onlyAt))
                    && (place.loginAddress() == null || lease.key().equals(place))
                    && lease.activeAt(desk.now())) {
                keys.add(lease.key());
            }
        }
        if (keys.isEmpty()) {
            throw Problem.notFound(place + " has no lease now: it has ended, or was revoked already");
        }
        List<Lease> ended = new ArrayList<>();
        boolean recorded = true;
        for (LeaseKey key : keys) {
            Revocation one = await(desk.revoke(new Selection.InPlace(key), operator(visit)));
            ended.addAll(one.ended());
            recorded &= one.recorded();
        }
        return new Revocation(ended, recorded);
    }

    private static String operator(Visit visit) {
        return "console (" + visit.peer() + ")";
    }

    private static <T> T await(CompletableFuture<T> answer) throws Problem {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw unavailable("the registry has not answered for " + PATIENCE_SECONDS + " s; is the disk stuck?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the daemon is ending");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Problem unavailable(String detail) {
        return new Problem(503, "unavailable", "This cannot be done now", detail).retryAfter(10);
    }
}
