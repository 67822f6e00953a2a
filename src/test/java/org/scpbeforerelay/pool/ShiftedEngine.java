package org.scpbeforerelay.pool;

import java.util.List;
import java.util.Map;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.EntryId;
import org.scpbeforerelay.store.shared.Frame;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.LogEntry;

/** A real engine whose clock shows an earlier time: a test's clock is set, an engine's is not. */
record ShiftedEngine(LogEngine engine, long shiftMs) implements LogEngine {
    @Override
    public Session connect() throws EngineException {
        return new ShiftedSession(engine.connect(), shiftMs);
    }

    @Override
    public String describe() {
        return engine.describe();
    }

    private record ShiftedSession(Session session, long shiftMs) implements Session {
        @Override
        public void append(List<Frame> frames, long trimBeforeMs) throws EngineException {
            session.append(frames, trimBeforeMs + shiftMs);
        }

        @Override
        public int awaitReplicas() throws EngineException {
            return session.awaitReplicas();
        }

        @Override
        public List<LogEntry> read(EntryId after, long waitMs) throws EngineException {
            return earlier(session.read(later(after), waitMs));
        }

        @Override
        public List<LogEntry> readBack(EntryId before) throws EngineException {
            return earlier(session.readBack(later(before)));
        }

        private List<LogEntry> earlier(List<LogEntry> entries) {
            return entries.stream()
                    .map(entry -> new LogEntry(earlier(entry.id()), entry.frame()))
                    .toList();
        }

        private EntryId later(EntryId id) {
            return id.equals(EntryId.START) ? id : new EntryId(id.ms() + shiftMs, id.number());
        }

        @Override
        public Pulse pulse() throws EngineException {
            Pulse pulse = session.pulse();
            return new Pulse(pulse.timeMs() - shiftMs, pulse.history(), earlier(pulse.last()), pulse.replicas());
        }

        private EntryId earlier(EntryId id) {
            return id.equals(EntryId.START) ? id : new EntryId(id.ms() - shiftMs, id.number());
        }

        @Override
        public void show(String node, String status) throws EngineException {
            session.show(node, status);
        }

        @Override
        public Map<String, String> shown() throws EngineException {
            return session.shown();
        }

        @Override
        public void takeOff(String node) throws EngineException {
            session.takeOff(node);
        }

        @Override
        public EngineHealth health() throws EngineException {
            return session.health();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
