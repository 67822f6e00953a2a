package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.WatchedStore.Fault;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.StoreException;

final class RegistryTest {
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

    // Record, publish, answer

    @Test
    void aGrantIsRecordedBeforeItIsVisibleAndVisibleBeforeItIsAnswered() {
        List<String> order = new ArrayList<>();
        scene.store.onRecorded = () -> order.add("recorded, visible: " + scene.permits(HOME));
        CompletableFuture<Verdict> answer = scene.submit(GWAIHIR, HOME);
        answer.thenRun(() -> order.add("answered, visible: " + scene.permits(HOME)));
        assertThat(scene.permits(HOME)).isFalse();

        scene.registry.runOnce();

        assertThat(order).containsExactly("recorded, visible: false", "answered, visible: true");
        assertThat(scene.recorded())
                .containsExactlyElementsOf(scene.registry.book().all());
    }

    @Test
    void theEndThatTheClientIsToldIsTheEndThatIsRecorded() {
        Lease told = scene.grant(GWAIHIR, HOME);

        assertThat(told.expiresAtMs()).isEqualTo(scene.clock.now().wallMs() + Scene.TERM_MS);
        assertThat(scene.recorded()).containsExactly(told);
    }

    @Test
    void announcementsThatWaitShareOneCommit() {
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        for (int device = 1; device <= 8; device++) {
            answers.add(scene.submit("gerard/device" + device, "85.214.2." + device));
        }
        scene.registry.runOnce();

        assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isInstanceOf(Verdict.Granted.class));
        assertThat(scene.store.commits).hasSize(1);
    }

    @Test
    void announcementsThatArriveDuringACommitShareTheNext() {
        scene.store.onRecorded = () -> {
            scene.store.onRecorded = () -> {};
            for (int device = 2; device <= 8; device++) {
                scene.submit("gerard/device" + device, "85.214.2." + device);
            }
        };
        scene.announce("gerard/device1", "85.214.2.1");
        scene.registry.runOnce();

        assertThat(scene.store.commits).hasSize(2);
        assertThat(scene.registry.book().size()).isEqualTo(8);
    }

    @Test
    void announcementsOfOneRoundAreJudgedOneAfterAnother() {
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        for (int device = 1; device <= 10; device++) {
            answers.add(scene.submit("gerard/device" + device, "85.214.2." + device));
        }
        scene.registry.runOnce();

        assertThat(answers.stream().filter(answer -> answer.join() instanceof Verdict.Granted))
                .hasSize(8);
        assertThat(refusal(answers.get(8).join())).isEqualTo(RefusalCode.TOO_MANY_DEVICES);
    }

    @Test
    void bothFamiliesAreGrantedTogetherOrNotAtAll() {
        assertThat(refusal(scene.announce(GWAIHIR, HOME, "2003:e8::7"))).isEqualTo(RefusalCode.ADDRESS_NOT_YOURS);
        assertThat(scene.permits(HOME)).isFalse();

        assertThat(scene.announce("manwe", HOME, "2003:e8::7")).isInstanceOf(Verdict.Granted.class);
        assertThat(scene.permits(HOME)).isTrue();
        assertThat(scene.permits("2003:e8::7")).isTrue();
    }

    @Test
    void pitfall37ConcurrentAnnouncementsAndRevocationsLoseNothing() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Verdict>> answers = new ArrayList<>();
        try (RegistryThread writer = new RegistryThread(scene.registry)) {
            writer.start();
            for (int device = 1; device <= 8; device++) {
                int number = device;
                threads.add(Thread.ofVirtual().start(() -> {
                    awaitQuietly(go);
                    for (int round = 1; round <= 30; round++) {
                        CompletableFuture<Verdict> answer =
                                scene.submit("gerard/device" + number, "85.214." + number + "." + round);
                        synchronized (answers) {
                            answers.add(answer);
                        }
                        if (round % 10 == 0) {
                            answer.join();
                        }
                    }
                }));
            }
            go.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            answers.forEach(CompletableFuture::join);
        }

        assertThat(answers).hasSize(240).allMatch(answer -> answer.join() instanceof Verdict.Granted);
        assertThat(scene.registry.book().all()).hasSize(8);
        for (int device = 1; device <= 8; device++) {
            assertThat(scene.permits("85.214." + device + ".30")).isTrue();
            assertThat(scene.permits("85.214." + device + ".29")).isFalse();
        }
        assertThat(scene.recorded())
                .containsExactlyElementsOf(scene.registry.book().all());
    }

    // Replacing and renewing

    @Test
    void aNewAddressTakesThePlaceOfTheFormerAtOnce() {
        scene.grant(GWAIHIR, HOME);
        scene.grant(GWAIHIR, AWAY);

        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.permits(AWAY)).isTrue();
        assertThat(scene.recorded()).hasSize(1);
        assertThat(kinds()).containsExactly("Granted", "Revoked", "Granted");
    }

    @Test
    void theOtherFamilyIsNotReplaced() {
        scene.grant(GWAIHIR, HOME);
        scene.grant(GWAIHIR, "2003:e8::7");

        assertThat(scene.permits(HOME)).isTrue();
        assertThat(scene.permits("2003:e8::7")).isTrue();
    }

    @Test
    void aRenewalKeepsWhenItWasGranted() {
        Lease first = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(240_000);
        Lease renewed = scene.grant(GWAIHIR, HOME);

        assertThat(renewed.grantedAtMs()).isEqualTo(first.grantedAtMs());
        assertThat(renewed.renewedAtMs()).isEqualTo(first.renewedAtMs() + 240_000);
        assertThat(renewed.expiresAtMs()).isEqualTo(first.expiresAtMs() + 240_000);
        assertThat(kinds()).containsExactly("Granted", "Renewed");
    }

    @Test
    void anAnnouncementAfterTheEndIsAGrantOfItsOwn() {
        Lease first = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS);
        Lease second = scene.grant(GWAIHIR, HOME);

        assertThat(second.grantedAtMs()).isEqualTo(first.expiresAtMs());
        assertThat(kinds()).containsExactly("Granted", "Expired", "Granted");
    }

    // The end

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

        assertThat(refusal(answer.join())).isEqualTo(RefusalCode.TERM_TOO_LONG);
    }

    @Test
    void whatHasEndedIsSweptFromBookAndStoreAndToldOnce() {
        scene.grant(GWAIHIR, HOME);
        scene.revoke(GWAIHIR);
        scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS + 1_000);
        scene.registry.runOnce();
        scene.registry.runOnce();

        assertThat(kinds()).containsExactly("Granted", "Revoked", "Granted", "Expired");
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

    // Taking away

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
        assertThat(refusal(scene.announce(GWAIHIR, HOME))).isEqualTo(RefusalCode.KEY_EXPIRED);
    }

    // The store fails

    @Test
    void aStoreThatFailsRefusesAndLeavesTheBookAsItWas() {
        Lease standing = scene.grant(GWAIHIR, HOME);
        scene.store.fault = Fault.BEFORE_RECORDING;

        assertThat(refusal(scene.announce(GWAIHIR, AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);

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
        assertThat(refusal(scene.announce(GWAIHIR, AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);
        assertThat(refusal(scene.announce("manwe", AWAY))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);

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
        assertThat(refusal(scene.announce(GWAIHIR, HOME))).isEqualTo(RefusalCode.STORE_UNAVAILABLE);
    }

    // Many at once

    @Test
    void moreThan64WaitingOfOnePrincipalAreRefusedAndOthersAreNot() {
        List<CompletableFuture<Verdict>> waiting = new ArrayList<>();
        for (int i = 0; i < Registry.WAITING_MAX_PER_PRINCIPAL; i++) {
            waiting.add(scene.submit(GWAIHIR, HOME));
        }
        CompletableFuture<Verdict> oneTooMany = scene.submit(GWAIHIR, HOME);
        CompletableFuture<Verdict> another = scene.submit("manwe", AWAY);

        assertThat(refusal(oneTooMany.getNow(new Verdict.Granted(List.of(), List.of()))))
                .isEqualTo(RefusalCode.RATE_LIMITED);
        scene.registry.runOnce();
        assertThat(waiting).allSatisfy(answer -> assertThat(answer.join()).isInstanceOf(Verdict.Granted.class));
        assertThat(another.join()).isInstanceOf(Verdict.Granted.class);
        assertThat(kinds()).startsWith("Refused", "Granted", "Renewed");
        assertThat(scene.announce(GWAIHIR, HOME)).isInstanceOf(Verdict.Granted.class);
    }

    @Test
    void manyEndsAtOnceAreSweptInPortions() {
        scene.grantMany(3 * Rounds.SWEPT_MAX / 2);
        scene.clock.passMs(Scene.TERM_MS + 1000);

        scene.registry.runOnce();
        assertThat(scene.registry.untilNextRoundMs(5_000)).as("goes on at once").isZero();
        scene.registry.runOnce();
        assertThat(scene.registry.untilNextRoundMs(5_000)).isEqualTo(5_000);
        assertThat(scene.registry.book().size()).isZero();
    }

    @Test
    void aListenerThatFailsTouchesNeitherTheLeaseNorTheOthers() {
        List<LeaseEvent> heard = new ArrayList<>();
        scene.registry.listen(event -> {
            throw new IllegalStateException("a defect");
        });
        scene.registry.listen(heard::add);

        scene.grant(GWAIHIR, HOME);

        assertThat(heard).hasSize(1);
        assertThat(scene.permits(HOME)).isTrue();
    }

    @Test
    void aDefectInARoundIsAnsweredAndTheNextRoundWorks() throws Exception {
        scene.registry.adopt(Scene.roster(), Scene.TERMS);
        CompletableFuture<Revocation> broken = scene.registry.revoke(new Selection.OfUser(nobody()), "a defect");
        assertThatThrownBy(scene.registry::runOnce).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> broken.get(1, TimeUnit.SECONDS)).hasCauseInstanceOf(RuntimeException.class);

        scene.adopt(scene.roster);
        assertThat(scene.announce("manwe", HOME)).isInstanceOf(Verdict.Granted.class);
    }

    @SuppressWarnings("NullAway") // the defect
    private static UserName nobody() {
        return null;
    }

    @Test
    void theWriterIsTheOnlyOneWhoTellsListeners() {
        for (int i = 0; i < Registry.WAITING_MAX_PER_PRINCIPAL + 5; i++) {
            scene.submit(GWAIHIR, HOME);
        }
        assertThat(scene.events).isEmpty();

        scene.registry.runOnce();

        assertThat(kinds().stream().filter("Refused"::equals)).hasSize(5);
    }

    @Test
    void everyChangeOfTheBookIsInTheCommitBeforeIt() {
        scene.grant(GWAIHIR, HOME);
        scene.revoke("gerard");

        assertThat(scene.store.commits)
                .satisfiesExactly(
                        first -> assertThat(first.getFirst()).isInstanceOf(LeaseChange.Put.class),
                        second -> assertThat(second.getFirst()).isInstanceOf(LeaseChange.Remove.class));
    }

    private List<String> kinds() {
        return scene.events.stream()
                .map(event -> event.getClass().getSimpleName())
                .toList();
    }

    private static RefusalCode refusal(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Refused.class);
        return ((Verdict.Refused) verdict).code();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
