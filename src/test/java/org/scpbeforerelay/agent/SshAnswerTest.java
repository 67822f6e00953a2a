package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What ssh's exit and words meant; ssh's own lines are those of OpenSSH 9.2. */
final class SshAnswerTest {
    @Test
    void grantsAndNotesAreRead() {
        assertThat(SshAnswer.of(0, """
                        granted gerard/gwaihir 203.0.113.7 until 2026-11-22T12:20:00Z
                        granted gerard/gwaihir 2001:db8::/64 until 2026-11-22T12:20:00Z
                        note: you are behind a NAT
                        """, ""))
                .isEqualTo(new SshAnswer.Granted(
                        List.of(
                                new SshAnswer.Lease("gerard/gwaihir", "203.0.113.7", "2026-11-22T12:20:00Z"),
                                new SshAnswer.Lease("gerard/gwaihir", "2001:db8::/64", "2026-11-22T12:20:00Z")),
                        List.of("you are behind a NAT")));
    }

    @Test
    void aShellThatKnowsNoAnnounceIsNoGrant() {
        assertThat(SshAnswer.of(0, "Welcome to router\n", "")).isInstanceOf(SshAnswer.Unreachable.class);
        assertThat(SshAnswer.of(127, "", "sh: 1: announce: not found\n"))
                .isEqualTo(new SshAnswer.Unreachable("sh: 1: announce: not found"));
    }

    @Test
    void refusalsAreReadWithTheirCode() {
        assertThat(SshAnswer.of(77, "", "refused address-not-yours you announced 192.0.2.1\n"))
                .isEqualTo(new SshAnswer.Refused("address-not-yours", "you announced 192.0.2.1"));
        assertThat(SshAnswer.of(
                        255,
                        "",
                        "Received disconnect from 192.0.2.25 port 2222:11: refused disabled ask the operator\n"))
                .isEqualTo(new SshAnswer.Refused("disabled", "ask the operator"));
        assertThat(SshAnswer.of(255, "", "gerard@192.0.2.25: Permission denied (publickey).\n"))
                .isInstanceOfSatisfying(
                        SshAnswer.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo("key-refused"));
    }

    @Test
    void changedAndUnknownHostKeysAreToldApart() {
        assertThat(SshAnswer.of(255, "", """
                        @    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
                        Offending ED25519 key in /home/gerard/.ssh/known_hosts:3
                        Host key verification failed.
                        """))
                .isEqualTo(new SshAnswer.HostKey(true, "Offending ED25519 key in /home/gerard/.ssh/known_hosts:3"));
        assertThat(SshAnswer.of(255, "", "Host key verification failed.\n"))
                .isEqualTo(new SshAnswer.HostKey(false, ""));
    }

    @Test
    void optionsThatSshDoesNotKnowAreTheCallersFault() {
        assertThat(SshAnswer.of(255, "", "command-line: line 0: Bad configuration option: nonsense\n"))
                .isInstanceOf(SshAnswer.Misused.class);
    }

    @Test
    void everythingElseIsNotReachable() {
        assertThat(SshAnswer.of(255, "", "ssh: connect to host 192.0.2.25 port 2222: Connection refused\n"))
                .isEqualTo(new SshAnswer.Unreachable("ssh: connect to host 192.0.2.25 port 2222: Connection refused"));
        assertThat(SshAnswer.of(143, "", "")).isEqualTo(new SshAnswer.Unreachable("ssh ended with 143"));
    }
}
