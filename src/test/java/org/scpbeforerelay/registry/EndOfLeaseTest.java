package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.store.StoreException;

/** How leases end: by either clock, by revocation, by a reload. */
final class EndOfLeaseTest {
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
    void pitfall18TheEndIsDecidedWhenTheQuestionIsAskedToTheMillisecond() {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS - 1);
        assertThat(scene.permits(HOME)).isTrue();

        scene.clock.passMs(1);

        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.registry.book().size()).as("nothing was swept").isEqualTo(1);
    }

    @Test
    void pitfall21AWallClockSteppedBackDoesNotLengthenALease() {
        scene.grant(GWAIHIR, HOME);
        scene.clock.stepMs(-3_600_000);
        scene.clock.passMs(Scene.TERM_MS - 1);
        assertThat(scene.permits(HOME)).isTrue();

        scene.clock.passMs(1);

        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void pitfall21AWallClockSteppedForwardAndSetRightDoesNotLoseTheBook() throws Exception {
        scene.grant(GWAIHIR, HOME);
        scene.clock.stepMs(7 * 86_400_000L);
        assertThat(scene.permits(HOME)).isFalse();
        scene.registry.runOnce();
        scene.restart();
        scene.registry.runOnce();

        scene.clock.stepMs(-7 * 86_400_000L);

        assertThat(scene.permits(HOME)).isTrue();
        scene.clock.passMs(Scene.TERM_MS);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void pitfall23WhatRanOutWhileTheMachineSleptIsOutAtTheFirstQuestion() {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(8 * 3_600_000L);

        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void pitfall24ATermBeyondTheLongestIsRefused() {
        Announcement asked = new Announcement(
                Principal.parse("manwe"),
                LeaseSource.OPERATOR,
                "",
                Scene.address(HOME),
                List.of(),
                Announcement.Hold.NONE,
                Scene.TERMS.maxTermMs() + 1,
                Announcement.NO_BOUND,
                Announcement.NOW);
        CompletableFuture<Verdict> answer = scene.registry.announce(asked);
        scene.registry.runOnce();

        assertThat(Scene.refusal(answer.join())).isEqualTo(RefusalCode.TERM_TOO_LONG);
    }

    @Test
    void whatHasEndedIsSweptFromBookAndStoreAndToldOnce() {
        scene.grant(GWAIHIR, HOME);
        scene.revoke(GWAIHIR);
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS + 1_000);
        scene.registry.runOnce();
        scene.registry.runOnce();

        assertThat(scene.kinds()).containsExactly("Granted", "Revoked", "Granted", "Expired");
        assertThat(scene.registry.book().size()).isZero();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void aRenewedLeaseIsNotSweptAtItsFormerEnd() {
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS - 1_000);
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(2_000);
        scene.registry.runOnce();

        assertThat(scene.permits(HOME)).isTrue();
        assertThat(scene.recorded()).hasSize(1);
        assertThat(scene.registry.untilNextRoundMs(Long.MAX_VALUE)).isBetween(1L, Scene.TERM_MS);
    }

    @Test
    void pitfall36OneRevocationLeavesTheOtherLeaseOnTheSameAddress() {
        scene.grant(GWAIHIR, HOME);
        scene.grant("manwe", HOME);

        assertThat(scene.revoke("gerard").ended()).hasSize(1);
        assertThat(scene.permits(HOME)).isTrue();

        assertThat(scene.revoke("manwe").ended()).hasSize(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void anAddressIsRevokedForAllWhoAreThere() {
        scene.grant(GWAIHIR, HOME);
        scene.grant("manwe", HOME);

        assertThat(scene.revoke(HOME).ended()).hasSize(2);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void aRevocationSeesTheAnnouncementBeforeIt() {
        CompletableFuture<Verdict> granted = scene.submit(GWAIHIR, HOME);
        CompletableFuture<Revocation> revoked = scene.registry.revoke(Selection.parse("gerard"), "by operator root");
        scene.registry.runOnce();
        scene.registry.runOnce();

        assertThat(granted.join()).isInstanceOf(Verdict.Granted.class);
        assertThat(revoked.join().ended()).hasSize(1);
        assertThat(scene.permits(HOME)).isFalse();
    }

    @Test
    void aReloadEndsTheLeasesOfUsersAndKeysThatAreGone() {
        scene.grant(GWAIHIR, HOME);
        scene.grant("manwe", AWAY);

        Revocation gone = scene.adopt(Scene.roster(
                Scene.user("gerard", true, Map.of("SHA256:another", Long.MAX_VALUE)),
                Scene.user("manwe", true, Map.of())));

        assertThat(gone.ended()).extracting(Lease::addressText).containsExactly(HOME);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.permits(AWAY)).isTrue();
        assertThat(scene.recorded()).extracting(Lease::addressText).containsExactly(AWAY);

        scene.adopt(Scene.roster(Scene.user("manwe", false, Map.of())));
        assertThat(scene.permits(AWAY)).isFalse();
        assertThat(scene.recorded()).isEmpty();
    }

    @Test
    void aKeyThatExpiresEndsItsLeaseWithoutAReload() {
        long end = scene.clock.now().wallMs() + 60_000;
        scene.adopt(Scene.roster(Scene.user("gerard", true, Map.of(Scene.KEY, end))));
        Lease lease = scene.grant(GWAIHIR, HOME);

        assertThat(lease.expiresAtMs()).isEqualTo(end);
        scene.clock.passMs(60_000);
        assertThat(scene.permits(HOME)).isFalse();
        assertThat(Scene.refusal(scene.announce(GWAIHIR, HOME))).isEqualTo(RefusalCode.KEY_EXPIRED);
    }
}
