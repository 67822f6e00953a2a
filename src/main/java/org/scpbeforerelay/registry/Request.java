package org.scpbeforerelay.registry;

import java.util.concurrent.CompletableFuture;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;

/** What waits for the one writer. */
sealed interface Request {
    /** Where the outcome goes. */
    CompletableFuture<?> answer();

    record Announce(Announcement announcement, CompletableFuture<Verdict> answer) implements Request {}

    record Revoke(Selection selection, String why, CompletableFuture<Revocation> answer) implements Request {}

    record Adopt(Roster roster, LeaseTerms terms, CompletableFuture<Revocation> answer) implements Request {}
}
