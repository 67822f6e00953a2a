package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/**
 * {@code kill -9} at random instants: what was acknowledged is there after the start, and nothing but what was asked for. 20
 * rounds on one store; {@code -Dkill9.rounds=200} for more, {@code -Dkill9.seed=N} for the same instants as far as the machine allows.
 */
@Tag("e2e")
final class KillNineTest {
    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedSurvivesKillNineAtAnyInstant() throws Exception {
        int rounds = Integer.getInteger("kill9.rounds", 20);
        long seed = Long.getLong("kill9.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, String> certain = new HashMap<>();
        long acknowledged = 0;
        for (int round = 1; round <= rounds; round++) {
            List<String> lines = killedRun(seed + round, random.nextInt(5, 400));
            List<String> problems = new ArrayList<>();
            acknowledged += check(lines, certain, problems);
            assertThat(problems).as("round %d of -Dkill9.seed=%d", round, seed).isEmpty();
        }
        System.out.println(
                "kill -9: " + rounds + " rounds, " + acknowledged + " acknowledged, none lost, seed " + seed);
        assertThat(acknowledged).as("work that was done between the kills").isGreaterThan(rounds);
    }

    /** What the program said until it was killed, some milliseconds after it was ready. */
    private List<String> killedRun(long seed, int liveMs) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledRegistry.class.getName(),
                        file().toString(),
                        Long.toString(seed))
                .redirectError(folder.resolve("stderr").toFile())
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            assertThat(reader.readLine())
                    .as("its stderr: %s", Files.readString(folder.resolve("stderr")))
                    .isEqualTo("ready");
            Thread killer = Thread.ofVirtual().start(() -> {
                try {
                    process.waitFor(liveMs, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                // Not Process.destroyForcibly, which closes the pipe and what was acknowledged in it.
                process.toHandle().destroyForcibly();
            });
            // What was written before the kill lies in the pipe, a cut last line included.
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            killer.join();
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
        return lines;
    }

    private Path file() {
        return folder.resolve("leases.db");
    }

    /** Compares the store with what was said; afterwards {@code certain} is what the store holds. Gives how many were acknowledged. */
    private long check(List<String> lines, Map<String, String> certain, List<String> problems) throws StoreException {
        Map<String, String> tried = new HashMap<>();
        long acknowledged = 0;
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("try") && words.length == 4) {
                tried.put(words[1], words[3]);
            } else if (words[0].equals("done") && words.length == 3) {
                certain.put(words[1], String.valueOf(tried.remove(words[1])));
                acknowledged++;
            }
        }
        Map<String, String> found = load();
        for (int user = 0; user < KilledRegistry.USERS; user++) {
            String name = "user" + user;
            String there = found.getOrDefault(name, "nothing");
            String expected = certain.getOrDefault(name, "nothing");
            // One step may have been recorded and not yet acknowledged, or its acknowledgement not yet printed.
            if (!there.equals(expected) && !there.equals(tried.get(name))) {
                problems.add(name + " has " + there + "; acknowledged was " + expected + ", asked for last "
                        + tried.get(name));
            }
            certain.put(name, there);
        }
        assertThat(found).hasSizeLessThanOrEqualTo(KilledRegistry.USERS);
        return acknowledged;
    }

    private Map<String, String> load() throws StoreException {
        Map<String, String> found = new HashMap<>();
        try (SqliteLeaseStore store = SqliteLeaseStore.open(file())) {
            assertThat(store.setAside()).isEmpty();
            Registry registry = new Registry(store, new SystemClock(), KilledRegistry.roster(), Scene.TERMS);
            registry.open();
            for (Lease lease : registry.book().all()) {
                found.put(lease.user().text(), lease.addressText());
            }
            assertThat(registry.book().all()).hasSize(found.size());
        }
        return found;
    }
}
