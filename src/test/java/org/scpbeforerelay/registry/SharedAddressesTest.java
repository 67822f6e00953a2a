package org.scpbeforerelay.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.sign.SharedTerms;
import org.scpbeforerelay.sign.Sign;
import org.scpbeforerelay.store.StoreException;

/** Signs and the rules about shared addresses, with rounds, ends and replacements as they come. */
final class SharedAddressesTest {
    private static final String HOME = "85.214.1.7";
    private static final String AWAY = "85.214.1.8";
    private static final SharedTerms STRICT = new SharedTerms(1, 2, 2, 600_000, true, true);

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() throws StoreException {
        scene = new Scene(folder);
        scene.adopt(Scene.roster(
                Scene.user("gerard", true, Map.of(Scene.KEY, Long.MAX_VALUE)),
                Scene.user("frodo", true, Map.of()),
                Scene.user("sam", true, Map.of())));
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private void adopt(SharedTerms shared) {
        scene.registry.adopt(scene.roster, new LeaseTerms(86_400_000, 60_000, List.of(), Set.of(), shared));
        scene.registry.runOnce();
    }

    /** By a login, which binds everybody but the operator. */
    private CompletableFuture<Verdict> submit(String principal, String address, List<Claim> claims) {
        return scene.registry.announce(new Announcement(
                Principal.parse(principal),
                LeaseSource.SSH,
                "",
                Scene.address(address),
                claims,
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW));
    }

    private Verdict announce(String principal, String address, String... claimed) {
        List<Claim> claims = List.of(claimed).stream()
                .<Claim>map(text -> new Claim.Address(Scene.address(text)))
                .toList();
        CompletableFuture<Verdict> answer = submit(principal, address, claims);
        scene.registry.runOnce();
        return answer.join();
    }

    private static Lease granted(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Granted.class);
        return ((Verdict.Granted) verdict).leases().getFirst();
    }

    private static void assertRefused(Verdict verdict, String setting) {
        assertThat(Scene.refusal(verdict)).isEqualTo(RefusalCode.ADDRESS_NOT_ALLOWED);
        assertThat(((Verdict.Refused) verdict).reason())
                .contains("[shared] " + setting)
                .doesNotContain("frodo");
    }

    private List<String> signs(Lease lease) {
        return scene.registry.signs(scene.clock.now()).of(lease).stream()
                .map(Sign::word)
                .toList();
    }

    @Test
    void bothWhoShareAnAddressHaveTheSignAndTheLineOfTheSecondTellsIt() {
        Lease frodos = granted(announce("frodo", HOME));
        Lease gerards = granted(announce("gerard", HOME, "192.168.1.20"));

        assertThat(signs(frodos)).containsExactly("shared");
        assertThat(signs(gerards)).containsExactly("shared", "behind-nat");
        assertThat(scene.events.getLast())
                .isInstanceOfSatisfying(
                        LeaseEvent.Granted.class,
                        event -> assertThat(event.signs().stream().map(Sign::word))
                                .containsExactly("shared", "behind-nat"));
        scene.revoke("frodo");
        assertThat(signs(gerards)).containsExactly("behind-nat");
    }

    @Test
    void aRenewalTellsOfANatOnce() {
        granted(announce("gerard", HOME));
        granted(announce("gerard", HOME, "10.0.0.4"));
        granted(announce("gerard", HOME, "10.0.0.4"));

        assertThat(scene.events.stream()
                        .filter(LeaseEvent.Renewed.class::isInstance)
                        .map(event -> ((LeaseEvent.Renewed) event).signs().size()))
                .containsExactly(1, 0);
    }

    @Test
    void anAddressThatMovesFromOneUserToAnotherWithinMinutesHasTheSign() {
        announce("frodo", HOME);
        scene.clock.passMs(Scene.TERM_MS);
        scene.registry.runOnce();
        scene.clock.passMs(120_000);
        assertThat(signs(granted(announce("gerard", HOME)))).containsExactly("moved");
    }

    @Test
    void oneUserTooManyIsRefusedAndWhoIsThereStays() {
        announce("frodo", HOME);
        adopt(STRICT);
        assertRefused(announce("gerard", HOME), "max_users");
        granted(announce("frodo", HOME));
        assertThat(scene.permits(HOME)).isTrue();

        granted(scene.announce("sam", HOME));
        assertThat(signs(granted(scene.announce("sam", HOME))))
                .as("by the operator's hand")
                .containsExactly("shared");
        granted(announce("sam", HOME));
        granted(announce("frodo", HOME));
    }

    @Test
    void aThirdPlaceIsRefusedAndAnotherDeviceAtTheSecondIsNot() {
        adopt(STRICT);
        granted(announce("gerard/a", HOME));
        assertThat(signs(granted(announce("gerard/b", AWAY)))).containsExactly("many-addresses");
        assertRefused(announce("gerard/c", "85.214.1.9"), "max_addresses");
        granted(announce("gerard/c", AWAY));
        granted(announce("gerard/a", "85.214.1.10"));
    }

    @Test
    void anAddressThatIsGivenUpIsKeptFromOthersForAWhileOnly() {
        adopt(STRICT);
        announce("frodo", HOME);
        announce("frodo", AWAY);
        assertRefused(announce("gerard", HOME), "moved");
        granted(announce("frodo/phone", HOME));
        scene.revoke("frodo/phone");
        scene.clock.passMs(599_999);
        assertRefused(announce("gerard", HOME), "moved");
        scene.clock.passMs(1);
        granted(announce("gerard", HOME));
    }

    @Test
    void withinOneRoundLaterAnnouncementsSeeWhatEarlierOnesHaveTakenAndLeft() {
        adopt(STRICT);
        announce("frodo", HOME);
        CompletableFuture<Verdict> leaves = submit("frodo", AWAY, List.of());
        CompletableFuture<Verdict> follows = submit("gerard", HOME, List.of());
        CompletableFuture<Verdict> joins = submit("sam", AWAY, List.of());
        scene.registry.runOnce();

        granted(leaves.join());
        assertRefused(follows.join(), "moved");
        assertRefused(joins.join(), "max_users");
    }

    @Test
    void aClientBehindANatIsRefusedWhereTheSettingSaysSo() {
        adopt(STRICT);
        assertRefused(announce("gerard", HOME, "100.64.0.9"), "behind_nat");
        granted(announce("gerard", HOME));
    }
}
