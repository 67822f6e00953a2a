package org.scpbeforerelay.store.shared;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this host stands to the shared store at one instant, for people.
 *
 * @param engine where it is
 * @param isThere whether it can be reached
 * @param sinceMs since when that is so, or not so, by the wall clock in milliseconds since 1970
 * @param why it is away; says nothing while it is there
 * @param lagMs how far this host was behind the log's end at the last pulse
 * @param aheadMs how far this host's wall clock is ahead of the engine's, as far as it is certain; negative when behind
 * @param isTrusted whether that is within the bound
 * @param engineMs the engine's clock now, as far as it is known
 * @param replays how often the whole log was read since the start
 * @param appended how many records this host has appended since its start
 * @param read how many it has read, those that were read again included
 * @param writtenAgain how many acknowledged records the engine had lost and this host has written again
 * @param emptied how often since its start this host found that the engine had lost all it had
 * @param unreadable how many entries it could not read
 * @param replicas how many replicas the engine had at the last pulse
 * @param board what hosts and engine say of themselves
 */
public record PoolReading(
        String engine,
        boolean isThere,
        long sinceMs,
        String why,
        long lagMs,
        long aheadMs,
        boolean isTrusted,
        long engineMs,
        int replays,
        long appended,
        long read,
        long writtenAgain,
        int emptied,
        long unreadable,
        int replicas,
        NodeBoard board) {
    /** What the engine says of itself; null when it may not be asked or was never reached. */
    public @Nullable EngineHealth health() {
        return board.health();
    }

    /** What of the engine loses data, or soon stops it; while it is away, nothing is known. */
    public List<EngineHealth.Finding> findings() {
        EngineHealth health = board.health();
        return health == null || !isThere ? List.of() : health.findings();
    }

    /** Other hosts that said something within the last seconds, and this one. */
    public long nodesThere() {
        return board.nodes().stream()
                .filter(node -> node.agoMs(engineMs) <= NodeBoard.SILENT_MS)
                .count();
    }
}
