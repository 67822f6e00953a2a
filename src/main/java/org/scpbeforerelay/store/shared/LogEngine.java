package org.scpbeforerelay.store.shared;

import java.util.List;
import java.util.Map;

/**
 * The engine that has the log.
 *
 * <p>What is asked of it: entries are in one order for all readers; a frame whose {@link Session#append} has returned is read by
 * everybody, unless the engine loses data. That it may: the daemon notices, and what was lost is written again.
 */
public interface LogEngine {
    /** Connects to the engine that accepts writes now, within some seconds. */
    Session connect() throws EngineException;

    /** Where it is, for people; without a password. */
    String describe();

    /**
     * A connection. {@link #append} and {@link #awaitReplicas} are for one thread, all that asks for another;
     * {@link #close} may be called by any and ends all.
     */
    interface Session extends AutoCloseable {
        /**
         * Appends frames in their order and waits until the engine has them.
         *
         * @param trimBeforeMs entries older than this by the engine's clock may be forgotten
         * @throws EngineException when it is not known to have all; it may have some
         */
        void append(List<Frame> frames, long trimBeforeMs) throws EngineException;

        /** Waits until as many replicas as are connected have what was appended, or a fifth of a second; says how many have. */
        int awaitReplicas() throws EngineException;

        /**
         * The entries after an id, in their order: at most some thousands of records. Waits up to {@code waitMs} for the first;
         * empty when none comes.
         */
        List<LogEntry> read(EntryId after, long waitMs) throws EngineException;

        /** The entries before an id, the last first; as many at once as {@link #read} gives, empty when there are none. */
        List<LogEntry> readBack(EntryId before) throws EngineException;

        /** How it fares. An {@link EngineException} when it no longer accepts writes: another may do so now. */
        Pulse pulse() throws EngineException;

        /** Says how this host fares, for {@link #shown}. A {@link RefusedByEngineException} when the engine forbids it. */
        void show(String node, String status) throws EngineException;

        /** What each host showed last. A {@link RefusedByEngineException} when the engine forbids it. */
        Map<String, String> shown() throws EngineException;

        /** Takes off what a host showed. */
        void takeOff(String node) throws EngineException;

        /** What the engine says of itself. A {@link RefusedByEngineException} when it forbids that. */
        EngineHealth health() throws EngineException;

        @Override
        void close();
    }

    /**
     * The engine at one instant.
     *
     * @param timeMs its clock, in milliseconds since 1970
     * @param history the name of its data, made by whoever found none: another name is another history
     * @param last the last entry there was, also when it has been trimmed since; {@link EntryId#START} when there was none
     * @param replicas how many replicas are connected
     */
    record Pulse(long timeMs, String history, EntryId last, int replicas) {}
}
