package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.registry.WatchedStore.Fault;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.StoreException;

/** While the store is away: nothing is granted, what takes away holds all the same, and the store is told when it is back. */
final class StoreOutageTest {
    private static final String GWAIHIR = "gerard/gwaihir";
    private static final String HOME = "85.214.1.7";
    private static final String AWAY = "85.214.1.8";

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
    void aStoreThatFailsRefusesAndLeavesTheBookAsItWas() {
        Lease standing = scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.BEFORE_RECORDING;

        assertThat(Scene.refusal(scene.announce(GWAIHIR, AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);

        assertThat(scene.registry.book().all()).containsExactly(standing);
        assertThat(scene.permits(HOME)).isTrue();
        assertThat(scene.permits(AWAY)).isFalse();
        assertThat(scene.registry.isStoreAway()).isTrue();
        assertThat(scene.registry.storeHealth()).contains("make room");
    }

    @Test
    void aRefusalForAFailingStoreChangesNothingEvenIfTheDiskHadItAlready() throws Exception {
        Lease standing = scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.AFTER_RECORDING;
        assertThat(Scene.refusal(scene.announce(GWAIHIR, AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);
        assertThat(Scene.refusal(scene.announce("manwe", AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);

        scene.store.fault = Fault.NONE;
        scene.registry.runOnce();

        assertThat(scene.registry.isStoreAway()).isFalse();
        assertThat(scene.recorded()).containsExactly(standing);
        scene.restart();
        assertThat(scene.registry.book().all()).containsExactly(standing);
    }

    @Test
    void aRevocationHoldsWhileTheStoreIsAwayAndIsOwedToIt() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.BEFORE_RECORDING;

        Revocation revoked = scene.revoke("gerard");

        assertThat(revoked.ended()).hasSize(1);
        assertThat(revoked.recorded()).as("the operator is told").isFalse();
        assertThat(scene.permits(HOME)).isFalse();

        scene.store.fault = Fault.NONE;
        scene.registry.runOnce();
        assertThat(scene.recorded()).isEmpty();
        scene.restart();
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void whatIsOwedDoesNotUndoWhatCameAfter() {
        scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.BEFORE_RECORDING;
        scene.revoke("gerard");
        scene.store.fault = Fault.NONE;

        Lease again = scene.grant(GWAIHIR, HOME);

        assertThat(scene.recorded()).containsExactly(again);
    }

    /** In a pool: what this host owes its disk would go to the log as well, as a newer word than theirs. */
    @Test
    void whatIsOwedDoesNotUndoWhatOthersSaidMeanwhile() {
        Lease standing = scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.BEFORE_RECORDING;
        assertThat(Scene.refusal(scene.announce(GWAIHIR, AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);
        scene.store.fault = Fault.NONE;
        scene.store.commits.clear();

        scene.registry.follow(() -> List.of(new LeaseChange.Put(SampleLeases.lease(
                GWAIHIR, "85.214.1.9", scene.registry.now(), standing.leftMs(scene.registry.now())))));
        scene.registry.runOnce();
        scene.registry.runOnce();

        assertThat(scene.permits("85.214.1.9")).isTrue();
        assertThat(scene.store.commits).isEmpty();
        assertThat(scene.registry.isStoreAway()).isFalse();
    }

    @Test
    void announcementsDuringAnOutageDoNotPileUpWork() {
        scene.store.fault = Fault.BEFORE_RECORDING;
        for (int i = 0; i < 50; i++) {
            scene.announce("manwe/device" + i, "85.214.3." + i);
        }
        scene.store.fault = Fault.NONE;
        scene.registry.runOnce();

        assertThat(scene.store.commits).hasSize(1);
        assertThat(scene.store.commits.getFirst())
                .as("what the first refused announcement left to say")
                .hasSize(1);
    }

    @Test
    void aDefectInTheStoreIsAnsweredAsAFailure() {
        scene.store.onRecorded = () -> {
            throw new IllegalStateException("a defect");
        };
        assertThat(Scene.refusal(scene.announce(GWAIHIR, HOME))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);
    }

    @Test
    void aClassThatTheStoreCannotLoadIsAnsweredAsAFailureAndTheNextRoundGoesOn() {
        scene.store.onRecorded = () -> {
            throw new NoClassDefFoundError("no file handle left");
        };
        assertThat(Scene.refusal(scene.announce(GWAIHIR, HOME))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);

        scene.store.onRecorded = () -> {};
        assertThat(scene.announce(GWAIHIR, HOME)).isInstanceOf(Verdict.Granted.class);
    }
}
