package org.scpbeforerelay.source.login.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of units as systemd 252 gives them to sshd's lines. */
final class JournalUnitsTest {
    private static final JournalUnits SSHD =
            new JournalUnits(List.of("ssh.service", "sshd.service", "ssh@.service", "sshd@.service"));

    @ParameterizedTest
    @CsvSource({
        "ssh.service, true",
        "sshd.service, true",
        "ssh@0-192.0.2.25:22-203.0.113.7:51234.service, true",
        "sshd@7-2001:db8::25:22-2001:db8:100::10:51234.service, true",
        "sshd@.service, false",
        "sshd@x.socket, false",
        "sshd.socket, false",
        "xsshd@1.service, false",
        "sshd-x@1.service, false",
        "session-7.scope, false",
        "user@1000.service, false",
    })
    void unitsCountByTheirWholeNameAndInstancesByTheirTemplate(String unit, boolean counts) {
        assertThat(SSHD.have(unit)).isEqualTo(counts);
    }

    @Test
    void aNamedInstanceIsThatOneAlone() {
        JournalUnits one = new JournalUnits(List.of("dovecot@a.service"));

        assertThat(one.have("dovecot@a.service")).isTrue();
        assertThat(one.have("dovecot@b.service")).isFalse();
        assertThat(one.matches()).containsExactly("_SYSTEMD_UNIT=dovecot@a.service");
    }

    @Test
    void journalctlIsAskedForUnitsOrTheSlicesOfInstances() {
        assertThat(SSHD.matches())
                .containsExactly(
                        "_SYSTEMD_UNIT=ssh.service",
                        "_SYSTEMD_UNIT=sshd.service",
                        "+",
                        "_SYSTEMD_SLICE=system-ssh.slice",
                        "_SYSTEMD_SLICE=system-sshd.slice");
        assertThat(new JournalUnits(List.of("sshd@.service")).matches())
                .containsExactly("_SYSTEMD_SLICE=system-sshd.slice");
        assertThat(new JournalUnits(List.of("pop-server@.service")).matches())
                .containsExactly("_SYSTEMD_SLICE=system-pop\\x2dserver.slice");
    }
}
