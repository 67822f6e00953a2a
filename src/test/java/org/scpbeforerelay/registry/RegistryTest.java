package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.store.StoreException;

/** Announcements: recorded, then visible, then answered; one after another, and together in a commit. */
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
                .containsExactlyElementsOf(scene.registry.book().inOrder());
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
        assertThat(Scene.refusal(answers.get(8).join())).isEqualTo(RefusalCode.TOO_MANY_DEVICES);
    }

    @Test
    void bothFamiliesAreGrantedTogetherOrNotAtAll() {
        assertThat(Scene.refusal(scene.announce(GWAIHIR, HOME, "2003:e8::7"))).isEqualTo(RefusalCode.ADDRESS_NOT_YOURS);
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
                .containsExactlyElementsOf(scene.registry.book().inOrder());
    }

    @Test
    void aNewAddressTakesThePlaceOfTheFormerAtOnce() {
        scene.grant(GWAIHIR, HOME);
        scene.grant(GWAIHIR, AWAY);

        assertThat(scene.permits(HOME)).isFalse();
        assertThat(scene.permits(AWAY)).isTrue();
        assertThat(scene.recorded()).hasSize(1);
        assertThat(scene.kinds()).containsExactly("Granted", "Revoked", "Granted");
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
        assertThat(scene.kinds()).containsExactly("Granted", "Renewed");
    }

    @Test
    void anEndIsToldThoughItsRoundFailedInside() {
        scene.grant("gerard/gwaihir", "85.214.1.7");
        scene.clock.passMs(Scene.TERM_MS + 1_000);
        var news = scene.registry.follow(() -> {
            throw new IllegalStateException("a defect");
        });
        assertThatThrownBy(scene.registry::runOnce).hasMessage("a defect");
        assertThat(news).isCompletedExceptionally();

        scene.clock.passMs(1_000);
        scene.registry.runOnce();
        assertThat(scene.kinds()).containsExactly("Granted", "Expired");
        assertThat(scene.registry.book().size()).isZero();
    }

    @Test
    void aListenerThatFailsOutrightLeavesNoLeaseOfARevokedUserStanding() {
        scene.grant("gerard/gwaihir", "85.214.1.7");
        scene.grant("gerard/landroval", "85.214.1.8");
        scene.registry.listen(event -> {
            throw new OutOfMemoryError("unable to create native thread");
        });

        assertThat(scene.revoke("gerard").ended()).hasSize(2);
        assertThat(scene.permits("85.214.1.7")).isFalse();
        assertThat(scene.permits("85.214.1.8")).isFalse();
    }

    @Test
    void anAnnouncementAfterTheEndIsAGrantOfItsOwn() {
        Lease first = scene.grant(GWAIHIR, HOME);
        scene.clock.passMs(Scene.TERM_MS);
        Lease second = scene.grant(GWAIHIR, HOME);

        assertThat(second.grantedAtMs()).isEqualTo(first.expiresAtMs());
        assertThat(scene.kinds()).containsExactly("Granted", "Expired", "Granted");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
