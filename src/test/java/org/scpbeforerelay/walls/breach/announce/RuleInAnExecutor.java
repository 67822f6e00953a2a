package org.scpbeforerelay.walls.breach.announce;

import java.util.concurrent.Executor;

/** Breach: the core hands work to others. */
public final class RuleInAnExecutor {
    public void judge(Executor executor, Runnable work) {
        executor.execute(work);
    }
}
