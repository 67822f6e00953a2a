package org.scpbeforerelay.simulation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Verdict;

/**
 * An announcement, and what must come of it.
 *
 * @param rights what it gives if the store takes it
 * @param refusal the code with which it is refused; null when it is not
 */
record Said(List<Model.Right> rights, @Nullable String refusal, CompletableFuture<Verdict> answer) {
    @Override
    public String toString() {
        return refusal == null ? rights.toString() : refusal;
    }
}
