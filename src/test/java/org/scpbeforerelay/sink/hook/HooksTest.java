package org.scpbeforerelay.sink.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.registry.LeaseEvent;

final class HooksTest {
    private static final Moment NOW = new Moment(SettableClock.NOON_MS, 5_000_000);

    @TempDir
    Path folder;

    private final Hooks hooks = new Hooks();
    private Path told = Path.of("told");

    @BeforeEach
    void placeForWhatIsTold() {
        told = folder.resolve("told");
    }

    @AfterEach
    void closeHooks() {
        hooks.close();
    }

    private List<String> script(String text) throws IOException {
        Path file = folder.resolve("hook");
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return List.of(file.toString(), told.toString());
    }

    private List<String> told() {
        try {
            return Files.exists(told) ? Files.readAllLines(told) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitTold(int lines) {
        await().atMost(Duration.ofSeconds(20)).until(() -> told().size() >= lines);
    }

    private static Lease lease(String principal, String address) {
        return SampleLeases.lease(principal, address, NOW, 1_200_000);
    }

    private HookHealth health() {
        return hooks.health().getFirst();
    }

    @Test
    void theProgramFindsTheChangeInItsEnvironmentAndNothingElse() throws Exception {
        hooks.adopt(List.of(new HookSettings(script(
                "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort > $1; cat >> $1; echo end >> $1"))));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "2001:db8::7"), NOW.wallMs()));
        await().atMost(Duration.ofSeconds(20)).until(() -> told().contains("end"));
        assertThat(told())
                .containsExactly(
                        "LC_ALL=C.UTF-8",
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "SBR_ADDRESS=2001:db8::7",
                        "SBR_DEVICE=gwaihir",
                        "SBR_EVENT=granted",
                        "SBR_EXPIRES_AT=2026-11-22T12:20:00Z",
                        "SBR_USER=gerard",
                        "end");
    }

    @Test
    void changesOfAPrincipalAreToldInTheirOrder() throws Exception {
        hooks.adopt(List.of(new HookSettings(script("echo $SBR_EVENT $SBR_ADDRESS >> $1"))));
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            Lease lease = lease("gerard/gwaihir", "203.0.113." + i);
            hooks.happened(new LeaseEvent.Granted(lease, NOW.wallMs()));
            hooks.happened(new LeaseEvent.Revoked(lease, "replaced", NOW.wallMs()));
            expected.addAll(List.of("granted 203.0.113." + i, "revoked 203.0.113." + i));
        }
        awaitTold(40);
        assertThat(told()).isEqualTo(expected);
        assertThat(health().refused()).isZero();
    }

    @Test
    void anotherPrincipalIsToldWhileOneHangsAndTheHangingOneIsKilledWithItsChildren() throws Exception {
        hooks.adopt(List.of(new HookSettings(
                script(
                        "if [ $SBR_USER = gerard ]; then sleep 600 & echo $! >> $1.child; wait; fi; echo $SBR_USER >> $1"),
                Duration.ofMillis(1_500),
                100)));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        hooks.happened(new LeaseEvent.Granted(lease("frodo/phone", "203.0.113.9"), NOW.wallMs()));
        awaitTold(1);
        assertThat(told()).containsExactly("frodo");
        await().atMost(Duration.ofSeconds(20)).until(() -> health().failures() == 1);
        assertThat(health().failure()).contains("killed");
        long child =
                Long.parseLong(Files.readString(folder.resolve("told.child")).strip());
        await().atMost(Duration.ofSeconds(5))
                .until(() ->
                        ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(told()).containsExactly("frodo");
    }

    /** The next change of the principal is told at once, and neither a thread nor a reader is left for each such child. */
    @Test
    void detachedChildrenThatHoldTheOutputOpenHangNobody() throws Exception {
        hooks.adopt(List.of(new HookSettings(
                script("setsid sh -c 'echo $$ >> $1.left; exec sleep 600' x $1 & echo $SBR_ADDRESS >> $1"))));
        try {
            long threadsBefore = Thread.getAllStackTraces().size();
            long startNanos = System.nanoTime();
            for (int i = 1; i <= 30; i++) {
                hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113." + i), NOW.wallMs()));
            }
            awaitTold(30);
            await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 30);
            assertThat(System.nanoTime() - startNanos)
                    .isLessThan(Duration.ofSeconds(15).toNanos());
            assertThat(health().failures()).isZero();
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> Thread.getAllStackTraces().size() < threadsBefore + 15);
        } finally {
            killLeftBehind();
        }
    }

    @Test
    void aDetachedChildThatNeverStopsTalkingHangsNobodyAndEndsWithItsPipe() throws Exception {
        hooks.adopt(List.of(new HookSettings(
                script("setsid sh -c 'echo $$ >> $1.left; exec yes \"\"' x $1 & sleep 0.2; echo $SBR_EVENT >> $1"))));
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        try {
            hooks.happened(new LeaseEvent.Granted(lease, NOW.wallMs()));
            hooks.happened(new LeaseEvent.Expired(lease, NOW.wallMs()));
            await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 2);
            assertThat(told()).containsExactly("granted", "expired");
            await().atMost(Duration.ofSeconds(10)).until(() -> leftBehind().noneMatch(ProcessHandle::isAlive));
        } finally {
            killLeftBehind();
        }
    }

    @Test
    void aHookThatIgnoresSigtermIsKilledAtItsLimitAndAtTheDaemonsEnd() throws Exception {
        List<String> run = script("trap '' TERM INT HUP; echo $$ >> $1.left; while :; do sleep 1; done");
        hooks.adopt(List.of(new HookSettings(run, Duration.ofSeconds(1), 100)));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        await().atMost(Duration.ofSeconds(10)).until(() -> health().failures() == 1);
        assertThat(health().failure()).contains("killed");
        await().atMost(Duration.ofSeconds(5)).until(() -> leftBehind().noneMatch(ProcessHandle::isAlive));

        hooks.adopt(List.of(new HookSettings(run, Duration.ofMinutes(10), 100)));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        await().atMost(Duration.ofSeconds(10)).until(() -> leftBehind().anyMatch(ProcessHandle::isAlive));
        long startNanos = System.nanoTime();
        hooks.close();
        assertThat(System.nanoTime() - startNanos)
                .isLessThan(Duration.ofSeconds(8).toNanos());
        await().atMost(Duration.ofSeconds(2)).until(() -> leftBehind().noneMatch(ProcessHandle::isAlive));
    }

    /** The processes whose numbers scripts wrote down. */
    private Stream<ProcessHandle> leftBehind() {
        try {
            return Files.readAllLines(folder.resolve("told.left")).stream()
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void killLeftBehind() {
        leftBehind().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void aFailureIsCountedWithItsStatusAndTheNextChangeIsToldAllTheSame() throws Exception {
        hooks.adopt(List.of(new HookSettings(script("echo $SBR_EVENT >> $1; [ $SBR_EVENT != granted ] || exit 3"))));
        Lease lease = lease("gerard/gwaihir", "203.0.113.7");
        hooks.happened(new LeaseEvent.Granted(lease, NOW.wallMs()));
        await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 1);
        assertThat(health().failure()).isEqualTo("ended with status 3");
        hooks.happened(new LeaseEvent.Expired(lease, NOW.wallMs()));
        await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 2);
        assertThat(health().failure()).isNull();
        assertThat(told()).containsExactly("granted", "expired");
        assertThat(health().failures()).isEqualTo(1);
    }

    @Test
    void aProgramThatIsNotThereIsSaidWithItsRemedy() {
        hooks.adopt(List.of(new HookSettings(List.of("/nonexistent/hook"))));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 1);
        assertThat(health().failure()).contains("cannot be run").contains("executable for the daemon's user");
    }

    @Test
    void moreOutputThanAnybodyWantsToReadHoldsNothingUp() throws Exception {
        hooks.adopt(List.of(new HookSettings(script("head -c 3000000 /dev/zero; echo done >> $1"))));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        awaitTold(1);
        await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 1);
        assertThat(health().failure()).isNull();
    }

    @Test
    void aHookThatStaysInTheSettingsKeepsItsCounts() throws Exception {
        List<String> run = script("echo $SBR_EVENT >> $1");
        hooks.adopt(List.of(new HookSettings(run)));
        hooks.happened(new LeaseEvent.Granted(lease("gerard/gwaihir", "203.0.113.7"), NOW.wallMs()));
        await().atMost(Duration.ofSeconds(20)).until(() -> health().runs() == 1);
        hooks.adopt(List.of(new HookSettings(run), new HookSettings(List.of("/bin/true"))));
        assertThat(hooks.health()).extracting(HookHealth::runs).containsExactly(1L, 0L);
        hooks.adopt(List.of());
        assertThat(hooks.health()).isEmpty();
    }
}
