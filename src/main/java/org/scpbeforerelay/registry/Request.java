package org.scpbeforerelay.registry;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.store.LeaseChange;

/** What waits for the one writer. */
sealed interface Request {
    /** Where the outcome goes. */
    CompletableFuture<?> answer();

    record Announce(Announcement announcement, CompletableFuture<Verdict> answer) implements Request {}

    record Revoke(Selection selection, String why, CompletableFuture<Revocation> answer) implements Request {}

    /** What other hosts have changed; asked for when its turn comes. */
    record Follow(Supplier<List<LeaseChange>> news, CompletableFuture<List<LeaseChange>> answer) implements Request {}

    record Adopt(Roster roster, LeaseTerms terms, CompletableFuture<Revocation> answer) implements Request {}
}
