package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.List;

/** What an entry of the log says, for tests that read an engine's log beside the relay hosts. */
public final class LogWords {
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
}
