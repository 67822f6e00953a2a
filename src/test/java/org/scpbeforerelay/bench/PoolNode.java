package org.scpbeforerelay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.pool.PoolHost;

/** A relay host that comes to a pool: {@code FOLDER REDIS-PORT LEASES}. Ready when it permits them all; ends with its standard input. */
final class PoolNode {
    private PoolNode() {}

    public static void main(String[] arguments) throws IOException {
        int leases = Integer.parseInt(arguments[2]);
        try (PoolHost host =
                BenchPool.host(Path.of(arguments[0]), "late-00000001", Integer.parseInt(arguments[1]), leases)) {
            while (host.registry().book().size() < leases
                    || !host.permits(BenchPool.address(0))
                    || !host.permits(BenchPool.address(leases - 1))) {
                LockSupport.parkNanos(5_000_000);
            }
            EchoServer.serveUntilInputEnds();
        }
    }
}
