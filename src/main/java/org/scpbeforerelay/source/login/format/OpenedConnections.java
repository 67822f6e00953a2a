package org.scpbeforerelay.source.login.format;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Addresses from the first lines of servers that use two: one with the address, one with the user, by the same process. Process
 * ids are used again, so an address is given out once, only for a short time, and only the newest of a process.
 */
final class OpenedConnections {
    /** Longer than a POP server waits for a password. */
    static final long WAIT_MAX_MS = 10 * 60_000L;

    private static final int COUNT_MAX = 10_000;

    private final Map<String, Opened> byProcess = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Opened> eldest) {
            return size() > COUNT_MAX;
        }
    };

    private record Opened(String address, long atMs) {}

    void opened(String service, int pid, String address, long atMs) {
        byProcess.remove(service + pid);
        byProcess.put(service + pid, new Opened(address, atMs));
    }

    /** The address, once; null where there is none, or it is too old. */
    @Nullable
    String take(String service, int pid, long atMs) {
        Opened opened = byProcess.remove(service + pid);
        return opened == null || atMs < opened.atMs || atMs - opened.atMs > WAIT_MAX_MS ? null : opened.address;
    }
}
