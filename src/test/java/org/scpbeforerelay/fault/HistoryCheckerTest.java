package org.scpbeforerelay.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.fault.History.Accepted;
import org.scpbeforerelay.fault.History.Announced;
import org.scpbeforerelay.fault.History.Cut;
import org.scpbeforerelay.fault.History.EngineLost;
import org.scpbeforerelay.fault.History.Outcome;
import org.scpbeforerelay.fault.History.Permitted;
import org.scpbeforerelay.fault.History.Revoked;
import org.scpbeforerelay.fault.History.SaidLost;
import org.scpbeforerelay.fault.History.Settled;

/** Histories made by hand: good ones pass, and of the bad ones each is bad in one respect, which is found. Times are seconds. */
final class HistoryCheckerTest {
    private static final String DEVICE = "user1/gwaihir";
    private static final String HERE = "85.214.1.1";
    private static final String ELSEWHERE = "85.214.1.2";

    private final History history = new History();

    @Test
    void whatIsAcceptedAndPermittedUntilItsEndIsWell() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 100);
        permitted("relay1", HERE, 2, 98);
        history.add(settled(10));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aLeaseThatIsReplacedEverywhereIsWell() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 5);
        permitted("relay1", HERE, 2, 5);
        granted("relay1", ELSEWHERE, 5, 100);
        accepted(ELSEWHERE, 5);
        permitted("relay0", ELSEWHERE, 6, 90);
        permitted("relay1", ELSEWHERE, 5, 90);
        history.add(settled(10));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aNodeThatIsCutOffMayGoOnByWhatItKnewAndByWhatItIsToldItself() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay1", HERE, 2, 90);
        history.add(new Cut("relay1", at(5), at(50)));
        announced("user2/gwaihir", "relay1", ELSEWHERE, 10, 100, Outcome.ALONE);
        history.add(new Permitted("relay1", 0, ELSEWHERE, "user2/gwaihir", at(10), at(90)));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aLossThatIsSaidIsWell() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 90);
        permitted("relay1", HERE, 2, 90);
        history.add(new EngineLost(at(5), true));
        history.add(new SaidLost("relay0", at(6)));
        history.add(settled(10));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aPermitThatNobodyAnnouncedIsFound() {
        permitted("relay0", HERE, 1, 2);

        assertFound("nobody had announced that");
    }

    @Test
    void aPermitBeforeTheAnnouncementIsFound() {
        granted("relay0", HERE, 5, 100);
        accepted(HERE, 5);
        permitted("relay0", HERE, 4, 90);

        assertFound("nobody had announced that");
    }

    @Test
    void aPermitByAnotherDevicesLeaseIsFound() {
        announced("user2/gwaihir", "relay0", HERE, 1, 100, Outcome.ALONE);
        permitted("relay0", HERE, 2, 90);

        assertFound("nobody had announced that");
    }

    @Test
    void aRefusedAnnouncementPermitsNothing() {
        announced(DEVICE, "relay0", HERE, 1, 100, Outcome.REFUSED);
        permitted("relay0", HERE, 2, 90);

        assertFound("nobody had announced that");
    }

    /** It took the word, told the others, and was killed before the writer had its answer and the witness the word. */
    @Test
    void aWordThatAnEngineTookAsItWasKilledMayPermitElsewhere() {
        announced(DEVICE, "relay0", HERE, 1, 100, Outcome.ALONE);
        permitted("relay0", HERE, 1, 90);
        permitted("relay1", HERE, 2, 90);
        history.add(new EngineLost(at(1), false));

        assertThat(violations()).isEmpty();
    }

    @Test
    void aPermitOfAnothersLeaseThatNoEngineAcceptedIsFound() {
        announced(DEVICE, "relay0", HERE, 1, 100, Outcome.ALONE);
        permitted("relay1", HERE, 2, 90);

        assertFound("no engine had accepted it");
    }

    @Test
    void aPermitThatCrossedAPartitionIsFound() {
        granted("relay0", HERE, 10, 100);
        accepted(HERE, 10);
        history.add(new Cut("relay1", at(5), at(50)));
        permitted("relay1", HERE, 11, 90);

        assertFound("cut off");
    }

    @Test
    void aPermitAfterTheEndIsFound() {
        granted("relay0", HERE, 1, 20);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 21);

        assertFound("1000 ms after the end");
    }

    @Test
    void aGrantWithoutACaveatThatNoLogHasIsFound() {
        granted("relay0", HERE, 1, 100);

        assertFound("no engine's log had it by then");
    }

    @Test
    void anAcknowledgedAnnouncementThatIsLostIsFound() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 5);
        permitted("relay1", HERE, 2, 5);
        history.add(settled(10));

        assertFound("and was said last");
    }

    @Test
    void aLossThatNobodySaysIsFound() {
        history.add(new SaidLost("relay0", at(2)));
        history.add(new EngineLost(at(5), true));
        history.add(settled(10));

        assertFound("nobody said so");
    }

    @Test
    void nodesThatDisagreeWhenAllIsWellAreFound() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 90);
        history.add(settled(10));

        assertFound("stands at [] at relay1");
    }

    @Test
    void nodesThatDisagreeOnWhatNobodyWasToldAreFound() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        announced(DEVICE, "relay1", ELSEWHERE, 5, 100, Outcome.MAYBE);
        permitted("relay0", HERE, 1, 90);
        permitted("relay1", HERE, 2, 5);
        permitted("relay1", ELSEWHERE, 5, 90);
        history.add(settled(10));

        assertFound("when all is well");
    }

    @Test
    void aPermitAfterARevocationAtTheSameNodeIsFound() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        permitted("relay0", HERE, 1, 6);
        history.add(new Revoked("relay0", DEVICE, List.of(HERE), at(4), at(5), true));

        assertFound("revoked there");
    }

    @Test
    void aRevokedLeaseThatComesBackIsFound() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        history.add(new Revoked("relay0", DEVICE, List.of(HERE), at(4), at(5), true));
        permitted("relay1", HERE, 2, 5);
        permitted("relay1", HERE, 8, 9);

        assertFound("it had been taken away there");
    }

    @Test
    void aLeaseThatComesBackInANewRunOfTheNodeIsNoneThatHadBeenTakenAway() {
        granted("relay0", HERE, 1, 100);
        accepted(HERE, 1);
        history.permits("relay1", HERE, DEVICE, at(2));
        history.stillPermits("relay1", at(5));
        history.ended("relay1");
        history.permits("relay1", HERE, DEVICE, at(8));
        history.stillPermits("relay1", at(9));

        assertThat(violations()).isEmpty();
        assertThat(history.snapshot().permitted()).extracting(Permitted::run).containsExactly(0, 1);
        assertThat(history.snapshot().permitted()).extracting(Permitted::lastNs).containsExactly(at(5), at(9));
    }

    private void assertFound(String what) {
        assertThat(violations())
                .isNotEmpty()
                .allSatisfy(found -> assertThat(found).contains(what));
    }

    private List<String> violations() {
        return HistoryChecker.violations(history.snapshot());
    }

    private void granted(String node, String address, int second, int end) {
        announced(DEVICE, node, address, second, end, Outcome.GRANTED);
    }

    private void announced(String device, String node, String address, int second, int end, Outcome outcome) {
        history.add(new Announced(node, device, address, at(second), at(second) + 1_000_000, outcome, at(end)));
    }

    private void accepted(String address, int second) {
        history.add(new Accepted(DEVICE, address, at(second)));
    }

    private void permitted(String node, String address, int first, int last) {
        history.add(new Permitted(node, 0, address, DEVICE, at(first), at(last)));
    }

    private static Settled settled(int second) {
        return new Settled(at(second), List.of("relay0", "relay1"));
    }

    private static long at(int second) {
        return second * 1_000_000_000L;
    }
}
