package org.scpbeforerelay.walls.breach.announce;

/** Breach: the core starts threads. */
public final class RuleInAThread {
    public Thread judge(Runnable work) {
        return Thread.ofVirtual().unstarted(work);
    }
}
