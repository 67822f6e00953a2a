package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.LeaseStore;
import org.scpbeforerelay.store.StoreException;

/** What a start makes of recorded leases: the process or the machine was away, and the wall clock may have been set meanwhile. */
final class RecoveryTest {
    private static final String GWAIHIR = "gerard/gwaihir";
    private static final String HOME = "85.214.1.7";
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() throws StoreException {
        scene = new Scene(folder);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void nothingIsReadyBeforeTheBookIsLoaded() throws Exception {
        Registry unopened = new Registry(scene.store, scene.clock, scene.roster, Scene.TERMS);
        assertThat(unopened.isReady()).isFalse();
        unopened.open();
        assertThat(unopened.isReady()).isTrue();
    }

    @Test
    void aRestartChangesNothing() throws Exception {
        Lease lease = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(5 * MINUTE);
        scene.restart();

        assertThat(scene.registry.book().all()).containsExactly(lease);
        assertThat(scene.report).isEqualTo(new Recovery.Report(1, 0));
        scene.clock.passMs(15 * MINUTE - 1);
        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void whatAnotherHostGrantedWhileTheStoreWasReadIsNoLeaseOfTheFuture() throws Exception {
        Lease granted = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(-1_000);
        WatchedStore slow = new WatchedStore(scene.store);
        slow.onLoad = () -> scene.clock.passMs(1_000);
        Registry late = new Registry(slow, scene.clock, scene.roster, Scene.TERMS);

        assertThat(late.open()).isEqualTo(new Recovery.Report(1, 0));
        assertThat(late.book().all()).containsExactly(granted);
    }

    @Test
    void whatEndedWhileTheProcessWasAwayIsNotRevived() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS);
        scene.restart();

        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.report).isEqualTo(new Recovery.Report(0, 1));
        scene.registry.runOnce();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void whoListensAtTheStartIsToldOfTheLeasesThatEndedMeanwhileAndWhy() throws Exception {
        Lease gerards = scene.grant(GWAIHIR, HOME);
        Lease manwes = scene.grant("manwe", "85.214.1.8");
        scene.clock.passMs(5 * MINUTE);
        assertThat(toldAtAStart(scene.roster)).isEmpty();
        assertThat(toldAtAStart(Scene.roster(Scene.user("manwe", true, Map.of()))))
                .containsExactly(new LeaseEvent.Revoked(
                        gerards,
                        "its user or key was removed, disabled or has expired while the daemon was away",
                        scene.clock.now().wallMs()));
        scene.clock.passMs(Scene.TERM_MS);
        assertThat(toldAtAStart(scene.roster))
                .containsExactlyInAnyOrder(
                        new LeaseEvent.Expired(gerards, scene.clock.now().wallMs()),
                        new LeaseEvent.Expired(manwes, scene.clock.now().wallMs()));
        scene.clock.stepMs(-HOUR);
        assertThat(toldAtAStart(scene.roster))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.toString()).contains("the clock was set back"));
    }

    private List<LeaseEvent> toldAtAStart(Roster roster) throws StoreException {
        List<LeaseEvent> told = new ArrayList<>();
        Registry starting = new Registry(new UnchangedStore(scene.store), scene.clock, roster, Scene.TERMS);
        starting.listen(told::add);
        starting.open();
        return told;
    }

    /** What one start of the test drops, the next one finds again. */
    private record UnchangedStore(LeaseStore store) implements LeaseStore {
        @Override
        public void load(Consumer<Recorded> each) throws StoreException {
            store.load(each);
        }

        @Override
        public void commit(List<LeaseChange> changes, String bootId) {}

        @Override
        public String describe() {
            return "unchanged";
        }

        @Override
        public void close() {}
    }

    @Test
    void pitfall21TheSameBootKeepsTheDeadlineWhateverTheWallClockSays() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(15 * MINUTE);
        scene.clock.stepMs(-14 * MINUTE);
        scene.restart();

        scene.clock.passMs(5 * MINUTE - 1);
        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void pitfall21ALeaseRenewedInTheFutureIsDropped() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.stepMs(-1);
        scene.restart();

        assertThat(scene.permits(HOME)).isFalse();
        scene.clock.stepMs(1);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.report).isEqualTo(new Recovery.Report(0, 1));
    }

    @Test
    void aRebootKeepsALeaseUntilItsEndByTheWallClock() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.reboot(5 * MINUTE);
        scene.restart();

        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(15 * MINUTE - 1);
        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void afterARebootTheMonotonicClockBoundsTheLeaseAgain() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.reboot(5 * MINUTE);
        scene.restart();
        scene.clock.stepMs(-HOUR);

        scene.clock.passMs(15 * MINUTE);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void whatEndedDuringARebootIsDroppedAndNoClockBringsItBack() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.reboot(10 * HOUR);
        scene.restart();
        assertThat(scene.permits(HOME)).isFalse();

        scene.clock.stepMs(-10 * HOUR + MINUTE);
        assertThat(scene.permits(HOME)).isFalse();
        scene.restart();
        assertThat(scene.permits(HOME)).isFalse();
    }

    /** The machine was off for so long, and comes back with the time of its shutdown. */
    private void rebootWithoutAClock(long offMs) throws StoreException {
        scene.clock.reboot(offMs);
        scene.clock.stepMs(-offMs);
        scene.clock.synchronised(false);
        scene.restart();
        scene.events.clear();
    }

    private void synchronise(long stepMs) {
        scene.clock.stepMs(stepMs);
        scene.clock.synchronised(true);
        scene.registry.runOnce();
    }

    @Test
    void pitfall21AMachineWithoutAClockOfItsOwnGivesNothingBackBeforeItsClockIsSet() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.grant("manwe", "85.214.1.8");
        rebootWithoutAClock(5 * HOUR);

        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.report).isEqualTo(new Recovery.Report(0, 0));
        assertThat(scene.registry.problems()).singleElement().asString().contains("2 leases", "timedatectl");
        synchronise(5 * HOUR);
        assertThat(scene.permits(HOME)).as("it was over long ago").isFalse();
        assertThat(scene.kinds()).containsExactly("Expired", "Expired");
        assertThat(scene.recorded()).isEmpty();
        assertThat(scene.registry.problems()).isEmpty();
    }

    @Test
    void whatIsNotOverWhenTheClockIsSetStandsUntilItsEnd() throws Exception {
        scene.grant(GWAIHIR, HOME);
        rebootWithoutAClock(5 * MINUTE);
        scene.clock.passMs(MINUTE);
        scene.registry.runOnce();
        assertThat(scene.permits(HOME)).isFalse();

        synchronise(5 * MINUTE);
        assertThat(scene.permits(HOME)).isTrue();
        scene.restart();
        scene.clock.passMs(14 * MINUTE - 1);
        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void aSecondStartBeforeTheClockIsSetChangesNothing() throws Exception {
        scene.grant(GWAIHIR, HOME);
        rebootWithoutAClock(MINUTE);
        scene.restart();
        assertThat(scene.permits(HOME)).isFalse();
        synchronise(MINUTE);
        assertThat(scene.permits(HOME)).isTrue();
    }

    @Test
    void whereNobodyEverSetsTheClockWhatWaitsIsGivenUpWhenAllOfItIsOver() throws Exception {
        scene.grant(GWAIHIR, HOME);
        rebootWithoutAClock(MINUTE);
        scene.clock.passMs(Scene.TERM_MS - 1);
        scene.registry.runOnce();
        assertThat(scene.recorded()).hasSize(1);
        scene.clock.passMs(1);
        scene.registry.runOnce();
        assertThat(scene.recorded()).isEmpty();
        assertThat(scene.kinds()).containsExactly("Expired");
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void whatIsRevokedWhileItWaitsNeverComesBack() throws Exception {
        Lease lease = scene.grant(GWAIHIR, HOME);
        Lease manwes = scene.grant("manwe", "85.214.1.8");
        rebootWithoutAClock(MINUTE);
        Revocation revocation = scene.revoke(HOME);
        assertThat(revocation.ended()).containsExactly(lease);
        assertThat(scene.kinds()).containsExactly("Revoked");
        assertThat(scene.recorded()).extracting(Lease::key).containsExactly(manwes.key());
        scene.restart();
        synchronise(MINUTE);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.permits("85.214.1.8")).isTrue();
    }

    @Test
    void whoseUserIsGoneWhileItWaitsNeverComesBack() throws Exception {
        scene.grant(GWAIHIR, HOME);
        Roster all = scene.roster;
        rebootWithoutAClock(MINUTE);
        assertThat(scene.adopt(Scene.roster()).ended()).hasSize(1);
        scene.adopt(all);
        synchronise(MINUTE);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void whoAnnouncesAgainNeedNotWaitAndWhatWaitedIsNoMore() throws Exception {
        scene.grant(GWAIHIR, HOME);
        rebootWithoutAClock(MINUTE);
        scene.grant(GWAIHIR, "85.214.1.9");
        assertThat(scene.permits("85.214.1.9")).isTrue();
        scene.revoke(GWAIHIR);
        synchronise(MINUTE);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.permits("85.214.1.9")).isFalse();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void aRestartWithoutARebootAsksNobodyWhetherTheClockIsSynchronised() throws Exception {
        scene.clock.synchronised(false);
        Lease lease = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(MINUTE);
        scene.restart();
        assertThat(scene.registry.book().all()).containsExactly(lease);
        assertThat(scene.permits(HOME)).isTrue();
    }

    @Test
    void aSecondStartAfterARebootDoesNotWorkTheDeadlineOutAgain() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(MINUTE);
        scene.clock.reboot(0);
        scene.restart();
        scene.clock.passMs(18 * MINUTE);
        scene.clock.stepMs(-18 * MINUTE);
        scene.restart();
        assertThat(scene.permits(HOME)).isTrue();

        scene.clock.passMs(MINUTE);
        assertThat(scene.permits(HOME)).as("20 minutes of its 20 have passed").isFalse();
    }

    @Test
    void pitfall23AMachineThatSleptThroughTheEndRevivesNothing() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(12 * HOUR);
        scene.restart();

        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void aUserWhoIsGoneMeanwhileIsNotRevived() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.roster = Scene.roster(Scene.user("gerard", false, Map.of(Scene.KEY, Long.MAX_VALUE)));
        scene.restart();

        assertThat(scene.permits(HOME)).isFalse();
        scene.registry.runOnce();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void aLargeBookIsStatedAnewInPortionsAfterAReboot() throws Exception {
        scene.grantMany(Rounds.OWED_MAX + 100);
        scene.clock.reboot(0);
        scene.restart();

        assertThat(scene.store.commits.getLast()).as("before it is ready").hasSize(Rounds.OWED_MAX);
        assertThat(scene.registry.untilNextRoundMs(1_000)).as("goes on at once").isZero();
        scene.registry.runOnce();
        assertThat(scene.store.commits.getLast()).hasSize(100);
        assertThat(scene.registry.untilNextRoundMs(1_000)).isEqualTo(1_000);
        assertThat(scene.recorded())
                .containsExactlyElementsOf(scene.registry.book().inOrder());
    }
}
