package org.scpbeforerelay.walls.breach.console;

import java.util.List;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/** Breach: a second writer of the store. */
public final class PageThatCommits {
    public void commit(LeaseStore store) throws StoreException {
        store.commit(List.of(), "boot");
    }
}
