package org.scpbeforerelay.lookup;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many of the process's file handles lookup connections may take. */
final class FileHandles {
    /** More connections than any mail server opens; each takes about one KiB. */
    private static final long CONNECTIONS_MAX = 16_384;

    private FileHandles() {}

    /** Half of the handles: the other half is for announcing clients, the store, logs and the console. */
    static int connectionsMax() {
        return (int) Math.clamp(limit() / 2, 64, CONNECTIONS_MAX);
    }

    private static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : 1024;
    }
}
