package org.scpbeforerelay.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.EntryId;
import org.scpbeforerelay.store.shared.Frame;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.LogEntry;

/**
 * An engine in the hand of a simulation: reached by some hosts and not by others, two at once with a log each, taken over by one
 * that lacks the log's end, emptied, slow to answer.
 */
final class SimulatedEngine {
    /** One server's log. */
    private static final class Log {
        final List<LogEntry> entries = new ArrayList<>();

        @Nullable
        String history;

        EntryId last = EntryId.START;

        Log copyWithout(int newest) {
            Log copy = new Log();
            copy.entries.addAll(entries.subList(0, Math.max(0, entries.size() - newest)));
            copy.history = history;
            copy.last = copy.entries.isEmpty()
                    ? EntryId.START
                    : copy.entries.getLast().id();
            return copy;
        }
    }

    private final Random random;
    private final Map<String, Log> reached = new HashMap<>();
    private final Map<String, SimulatedSession> sessions = new HashMap<>();
    private Log primary = new Log();
    private long trueMs;
    private long offsetMs;
    private int histories;

    /** How often an append fails, in a thousand: half of them after it was done. */
    int failures;

    SimulatedEngine(Random random, long trueMs) {
        this.random = random;
        this.trueMs = trueMs;
    }

    LogEngine from(String host) {
        reached.put(host, primary);
        return new LogEngine() {
            @Override
            public Session connect() throws EngineException {
                Log log = reached.get(host);
                if (log == null) {
                    throw new EngineException("no route to the engine");
                }
                SimulatedSession session = new SimulatedSession(host, log);
                sessions.put(host, session);
                return session;
            }

            @Override
            public String describe() {
                return "simulated engine";
            }
        };
    }

    void pass(long ms) {
        trueMs += ms;
    }

    void cut(String host) {
        reached.put(host, null);
        breakSession(host);
    }

    /** Another server takes over, without the newest entries; {@code alone} stays with the former one and does not know. */
    void failOver(int lost, @Nullable String alone, long newOffsetMs) {
        primary = primary.copyWithout(lost);
        offsetMs = newOffsetMs;
        reached.replaceAll((host, log) -> log == null || host.equals(alone) ? log : primary);
        List.copyOf(sessions.keySet()).stream()
                .filter(host -> !host.equals(alone))
                .forEach(this::breakSession);
    }

    /** FLUSHALL: no connection ends. */
    void empty() {
        primary.entries.clear();
        primary.history = null;
        primary.last = EntryId.START;
    }

    /** It ends and comes back with nothing. */
    void restartEmpty() {
        empty();
        List.copyOf(sessions.keySet()).forEach(this::breakSession);
    }

    /** Everybody reaches the one primary. */
    void heal() {
        for (Map.Entry<String, Log> entry : reached.entrySet()) {
            if (entry.getValue() != primary) {
                entry.setValue(primary);
                breakSession(entry.getKey());
            }
        }
    }

    private void breakSession(String host) {
        SimulatedSession session = sessions.remove(host);
        if (session != null) {
            session.broken = true;
        }
    }

    private long clockMs() {
        return trueMs + offsetMs;
    }

    private final class SimulatedSession implements LogEngine.Session {
        private final String host;
        private final Log log;
        private boolean broken;

        SimulatedSession(String host, Log log) {
            this.host = host;
            this.log = log;
        }

        @Override
        public void append(List<Frame> frames, long trimBeforeMs) throws EngineException {
            demand();
            for (Frame frame : frames) {
                boolean fails = random.nextInt(1000) < failures;
                if (!fails || random.nextBoolean()) {
                    EntryId next = new EntryId(clockMs(), 0);
                    if (next.compareTo(log.last) <= 0) {
                        next = new EntryId(log.last.ms(), log.last.number() + 1);
                    }
                    log.last = next;
                    log.entries.add(new LogEntry(next, frame));
                }
                if (fails) {
                    breakSession(host);
                    throw new EngineException("the connection was lost");
                }
            }
            log.entries.removeIf(entry -> entry.id().ms() < trimBeforeMs);
        }

        @Override
        public int awaitReplicas() throws EngineException {
            demand();
            return 0;
        }

        @Override
        public List<LogEntry> read(EntryId after, long waitMs) throws EngineException {
            demand();
            return log.entries.stream()
                    .filter(entry -> entry.id().compareTo(after) > 0)
                    .limit(3)
                    .toList();
        }

        @Override
        public List<LogEntry> readBack(EntryId before) throws EngineException {
            demand();
            return log.entries.reversed().stream()
                    .filter(entry -> entry.id().compareTo(before) < 0)
                    .limit(3)
                    .toList();
        }

        @Override
        public LogEngine.Pulse pulse() throws EngineException {
            demand();
            if (log.history == null) {
                log.history = "history-" + ++histories;
            }
            return new LogEngine.Pulse(clockMs(), log.history, log.last, 0);
        }

        @Override
        public void show(String node, String status) {}

        @Override
        public Map<String, String> shown() {
            return Map.of();
        }

        @Override
        public void takeOff(String node) {}

        @Override
        public EngineHealth health() {
            return EngineHealth.parse("");
        }

        @Override
        public void close() {
            broken = true;
        }

        private void demand() throws EngineException {
            if (broken) {
                throw new EngineException("the connection is closed");
            }
        }
    }
}
