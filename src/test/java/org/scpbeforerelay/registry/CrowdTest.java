package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.StoreException;

/** Very many at once, and defects in the midst of it. */
final class CrowdTest {
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
    void moreThan64WaitingOfOnePrincipalAreRefusedAndOthersAreNot() {
        List<CompletableFuture<Verdict>> waiting = new ArrayList<>();
        for (int i = 0; i < Registry.WAITING_MAX_PER_PRINCIPAL; i++) {
            waiting.add(scene.submit(GWAIHIR, HOME));
        }
        CompletableFuture<Verdict> oneTooMany = scene.submit(GWAIHIR, HOME);
        CompletableFuture<Verdict> another = scene.submit("manwe", AWAY);

        assertThat(Scene.refusal(oneTooMany.getNow(new Verdict.Granted(List.of(), List.of()))))
                .isEqualTo(RefusalCode.RATE_LIMITED);
        scene.registry.runOnce();
        assertThat(waiting).allSatisfy(answer -> assertThat(answer.join()).isInstanceOf(Verdict.Granted.class));
        assertThat(another.join()).isInstanceOf(Verdict.Granted.class);
        assertThat(scene.kinds()).startsWith("Refused", "Granted", "Renewed");
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

        assertThat(scene.kinds().stream().filter("Refused"::equals)).hasSize(5);
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
}
