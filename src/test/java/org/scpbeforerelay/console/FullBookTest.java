package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** The console with 100,000 leases: its pages stay as small and nearly as quick as with ten. */
@Tag("e2e")
final class FullBookTest {
    private static final int LEASES = 100_000;
    private static final int USERS = 1_000;
    private static final long TERM_MS = 3_600_000;

    @TempDir
    Path state;

    @Test
    void aPageOfAHundredThousandLeasesIsSmallAndQuickAndTakesNoMemoryToKeep() throws Exception {
        SystemClock clock = new SystemClock();
        try (ConsoleRig rig = new ConsoleRig(state, clock)) {
            assertThat(rig.get("/").body()).contains("Nobody has a lease now");
        }
        fill(clock);
        try (ConsoleRig rig = new ConsoleRig(state, clock)) {
            for (int i = 0; i < 30; i++) {
                rig.get("/");
            }
            long before = heldBytes();
            List<Duration> took = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                long beganNs = System.nanoTime();
                HttpResponse<String> page = rig.get("/");
                took.add(Duration.ofNanos(System.nanoTime() - beganNs));
                assertThat(page.body().length()).isLessThan(300 * 1024);
                assertThat(page.body()).contains("100,000 leases let mail through", "50 of 100,000 leases");
                assertThat(rig.get("/api/v1/leases?limit=1000").statusCode()).isEqualTo(200);
            }
            Collections.sort(took);
            System.out.println("full book: page in " + took.get(50).toMillis() + " ms (median), "
                    + took.get(95).toMillis()
                    + " ms (95 of 100), " + rig.get("/").body().length() / 1024 + " KiB; held after 100 more pages: "
                    + (heldBytes() - before) / 1024 + " KiB");
            assertThat(took.get(50)).isLessThan(Duration.ofSeconds(1));
            assertThat(heldBytes() - before).isLessThan(4 << 20);
        }
    }

    private void fill(SystemClock clock) throws Exception {
        for (int i = 0; i < USERS; i++) {
            Files.writeString(state.resolve("users/user" + i + ".toml"), "devices = 1000\n");
        }
        Moment now = clock.now().plusMs(-1_000);
        try (SqliteLeaseStore store = SqliteLeaseStore.open(state.resolve("leases.db"))) {
            List<LeaseChange> batch = new ArrayList<>();
            for (int i = 0; i < LEASES; i++) {
                Principal principal = new Principal(new UserName("user" + i % USERS), new DeviceName("d" + i));
                ClientAddress address = ClientAddress.tryParse(
                                "100." + (64 + i / 65_536) + "." + i / 256 % 256 + "." + i % 256)
                        .orElseThrow();
                batch.add(new LeaseChange.Put(new Lease(
                        LeaseKey.of(principal, address, LeaseSource.SSH),
                        address,
                        32,
                        LeaseSource.SSH,
                        false,
                        "",
                        now.wallMs(),
                        now.wallMs(),
                        now.wallMs() + TERM_MS,
                        now.monotonicMs() + TERM_MS)));
                if (batch.size() == 20_000) {
                    store.commit(batch, clock.bootId());
                    batch.clear();
                }
            }
        }
    }

    private static long heldBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
