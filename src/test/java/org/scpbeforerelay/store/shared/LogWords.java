package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;

/** What an entry of the log says, for tests that read an engine's log beside the relay hosts. */
public final class LogWords {
    private static final long TERM_MS = 1_200_000;

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

    /** Writes so many leases of 20 minutes to an engine's log, each once, as a relay host would whose clients all announced now. */
    public static void fill(LogEngine engine, int count, IntFunction<String> device, IntFunction<ClientAddress> address)
            throws EngineException {
        try (LogEngine.Session session = engine.connect()) {
            for (int from = 0; from < count; from += RecordCodec.RECORDS_MAX) {
                long now = System.currentTimeMillis();
                List<SharedRecord> records = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + RecordCodec.RECORDS_MAX); i++) {
                    LeaseKey key = new LeaseKey(Principal.parse(device.apply(i)), AddressFamily.IPV4, null);
                    Lease lease = new Lease(
                            key, address.apply(i), 32, LeaseSource.SSH, false, "", now, now, now + TERM_MS, 0);
                    records.add(new SharedRecord.Granted(Stamps.at(now), TERM_MS, lease));
                }
                long sequence = 1L + from / RecordCodec.RECORDS_MAX;
                session.append(List.of(new Frame("filler", 1, sequence, RecordCodec.encode(records))), 0);
            }
        }
    }
}
