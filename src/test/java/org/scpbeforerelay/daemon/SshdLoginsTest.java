package org.scpbeforerelay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.login.LoginLogSettings;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;

/** Where sshd's logins are looked for, and which of them prove something. */
final class SshdLoginsTest {
    private static final Path FOLDER = Path.of("/var/lib/scp-before-relay/sshd-logins");

    @Test
    void theJournalIsBetterThanFilesThatAnybodyMayWriteTo() {
        LoginLogSettings byJournal = SshdLogins.settings(List.of(), true, FOLDER);
        assertThat(byJournal.journal()).containsExactly("ssh.service", "sshd.service", "ssh@.service", "sshd@.service");
        assertThat(byJournal.files()).isEmpty();

        LoginLogSettings byFiles = SshdLogins.settings(List.of(), false, FOLDER);
        assertThat(byFiles.files()).containsExactly(Path.of("/var/log/auth.log"), Path.of("/var/log/secure"));
        assertThat(byFiles.journal()).isEmpty();
    }

    @Test
    void whatTheSettingsNameIsFollowedAndNothingElse() {
        LoginLogSettings told = SshdLogins.settings(List.of("/srv/log/auth", "openssh.service"), true, FOLDER);

        assertThat(told.files()).containsExactly(Path.of("/srv/log/auth"));
        assertThat(told.journal()).containsExactly("openssh.service");
        assertThat(told.services()).containsExactly("sshd");
    }

    @Test
    void onlyTheOwnersLoginFromThatVeryAddressWithinTheTimeCounts() {
        RecentLogins recent = new RecentLogins();
        recent.accept(login("gerard", "203.0.113.7", 1_000_000));

        assertThat(recent.loggedIn("gerard", address("203.0.113.7"), 1_000_000, 1_120_000))
                .isTrue();
        assertThat(recent.loggedIn("gerard", address("203.0.113.7"), 880_000, 1_000_000))
                .isTrue();
        assertThat(recent.loggedIn("gerard", address("203.0.113.7"), 1_000_001, 1_120_001))
                .isFalse();
        assertThat(recent.loggedIn("gerard", address("203.0.113.7"), 879_999, 999_999))
                .isFalse();
        assertThat(recent.loggedIn("gerard", address("203.0.113.8"), 880_000, 1_000_000))
                .isFalse();
        assertThat(recent.loggedIn("manwe", address("203.0.113.7"), 880_000, 1_000_000))
                .isFalse();
    }

    @Test
    void oldLoginsAreForgottenAndAFloodOfOthersEndsInRefusalsNotInBelief() {
        RecentLogins recent = new RecentLogins();
        recent.accept(login("gerard", "203.0.113.7", 1_000_000));
        for (int i = 0; i < 100_000; i++) {
            recent.accept(login("manwe", "203.0.113.9", 1_000_001));
        }

        assertThat(recent.loggedIn("gerard", address("203.0.113.7"), 0, Long.MAX_VALUE))
                .isFalse();
        recent.accept(login("gerard", "203.0.113.7", 2_000_000));
        assertThat(recent.loggedIn("manwe", address("203.0.113.9"), 0, Long.MAX_VALUE))
                .isFalse();
    }

    private static Login login(String user, String from, long atMs) {
        return new Login("sshd", user, address(from), atMs, null);
    }

    private static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }
}
