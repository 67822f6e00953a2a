package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;

/** An engine's log beside the relay hosts: what an entry says, and entries of a pool that is not there. */
public final class LogWords {
    private static final long TERM_MS = 1_200_000;
    private static final long RENEWED_EVERY_MS = 480_000;

    private LogWords() {}

    /** A grant. {@code atMs}: when it was accepted, by the engine's clock. */
    public record Grant(String device, String address, long atMs) {}

    /** The grants of an entry; none of what no relay host wrote. */
    public static List<Grant> grants(LogEntry entry) {
        List<Grant> grants = new ArrayList<>();
        Frame frame = entry.frame();
        if (frame == null) {
            return grants;
        }
        try {
            for (SharedRecord record : RecordCodec.decode(frame.records())) {
                if (record instanceof SharedRecord.Granted granted) {
                    grants.add(new Grant(
                            granted.lease().principal().toString(),
                            granted.lease().addressText(),
                            entry.id().ms()));
                }
            }
        } catch (BadFrameException e) {
            throw new IllegalArgumentException(e);
        }
        return grants;
    }

    /** How far the relay host that is furthest behind lies behind the log's end, in milliseconds, as hosts showed last. */
    public static long lagMs(LogEngine engine) throws EngineException {
        try (LogEngine.Session session = engine.connect()) {
            return session.shown().entrySet().stream()
                    .map(one -> NodeStatus.parse(one.getKey(), one.getValue()))
                    .filter(Objects::nonNull)
                    .mapToLong(NodeStatus::lagMs)
                    .max()
                    .orElseThrow(() -> new IllegalStateException("no host has shown how it fares"));
        }
    }

    /** A relay host that is not there: its words, one frame after another. */
    public static final class Writer implements AutoCloseable {
        private final LogEngine.Session session;
        private final String name;
        private long sequence;

        public Writer(LogEngine engine, String name) throws EngineException {
            this.session = engine.connect();
            this.name = name;
        }

        /**
         * Leases of 20 minutes with these numbers, granted or renewed then; as many as go into one frame.
         *
         * @param end after the last
         * @param atMs by the wall clock
         */
        public void grant(int first, int end, IntFunction<String> device, IntFunction<ClientAddress> address, long atMs)
                throws EngineException {
            List<SharedRecord> records = new ArrayList<>();
            for (int i = first; i < end; i++) {
                LeaseKey key = new LeaseKey(Principal.parse(device.apply(i)), AddressFamily.IPV4, null);
                Lease lease =
                        new Lease(key, address.apply(i), 32, LeaseSource.SSH, false, "", atMs, atMs, atMs + TERM_MS, 0);
                records.add(new SharedRecord.Granted(Stamps.at(atMs), TERM_MS, lease));
            }
            sequence++;
            session.append(List.of(new Frame(name, 1, sequence, RecordCodec.encode(records))), atMs - Marks.WINDOW_MS);
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /**
     * Writes so many leases of 20 minutes to an engine's log, all once, then all again, as relay hosts would whose clients renew them:
     * the last time now, the time before 8 minutes ago.
     *
     * @param times how often each is written
     */
    public static void fill(
            LogEngine engine, int count, int times, IntFunction<String> device, IntFunction<ClientAddress> address)
            throws EngineException {
        try (Writer writer = new Writer(engine, "filler")) {
            for (int time = 0; time < times; time++) {
                for (int from = 0; from < count; from += RecordCodec.RECORDS_MAX) {
                    writer.grant(
                            from,
                            Math.min(count, from + RecordCodec.RECORDS_MAX),
                            device,
                            address,
                            System.currentTimeMillis() - (times - 1 - time) * RENEWED_EVERY_MS);
                }
            }
        }
    }
}
