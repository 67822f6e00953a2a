package org.scpbeforerelay.source.login.follow;

/**
 * Takes lines. All calls are made by the follower's thread.
 *
 * @param <L> what a line is: text, or an entry of the journal
 */
public interface LineSink<L> {
    /** One line, in the order of the log. */
    void take(L line);

    /**
     * Finishes what came so far: called when nothing more is there at the moment, and now and then in a backlog.
     *
     * @return whether all of it is taken in for good, so that the place may be saved; if not, it is asked again
     */
    boolean settle() throws InterruptedException;
}
