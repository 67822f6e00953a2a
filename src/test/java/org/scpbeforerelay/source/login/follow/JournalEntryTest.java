package org.scpbeforerelay.source.login.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.source.login.format.LogLine;

/** Entries as journalctl 252 writes them. */
final class JournalEntryTest {
    private static final JournalUnits SSH = new JournalUnits(List.of("ssh.service"));
    private static final String ENTRY = """
            {"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1795348800000000","_SYSTEMD_UNIT":"ssh.service",\
            "SYSLOG_IDENTIFIER":"sshd","_COMM":"sshd","_UID":"0","_PID":"71","MESSAGE":"hello"}""";

    @Test
    void anEntryIsALineWithItsOrigin() {
        assertThat(line(ENTRY))
                .isEqualTo(new LogLine(1_795_348_800_000L, "sshd", 71, "hello", new LogLine.Origin("sshd", 0)));
    }

    @Test
    void aMessageThatIsNoUtf8ComesAsBytes() {
        assertThat(line(ENTRY.replace("\"hello\"", "[104,233,255]")))
                .satisfies(line -> assertThat(line).isNotNull())
                .extracting(line -> line == null ? "" : line.message())
                .isEqualTo("h\u00e9\u00ff");
    }

    @Test
    void aTimeInTheFutureIsNow() {
        assertThat(line(ENTRY.replace("17953488", "27953488")))
                .extracting(line -> line == null ? 0 : line.atMs())
                .isEqualTo(1_795_348_900_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"_SYSTEMD_UNIT\":\"user@1000.service\"",
                "\"_SYSTEMD_UNIT\":[\"ssh.service\",\"x\"]",
                "\"_SYSTEMD_UNIT\":null",
            })
    void anEntryOfAnotherUnitIsNoLine(String unit) {
        assertThat(line(ENTRY.replace("\"_SYSTEMD_UNIT\":\"ssh.service\"", unit)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"sshd\",\"cron\"]", "null", "7"})
    void aTagThatWasSentTwiceIsNone(String tag) {
        assertThat(line(ENTRY.replace("\"SYSLOG_IDENTIFIER\":\"sshd\"", "\"SYSLOG_IDENTIFIER\":" + tag)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "null", "{\"MESSAGE\":\"x\"}"})
    void whatIsNoEntryIsNone(String text) {
        assertThat(JournalEntry.parse(text, SSH, 0)).isNull();
    }

    private static @Nullable LogLine line(String text) {
        JournalEntry entry = JournalEntry.parse(text, SSH, 1_795_348_900_000L);
        return entry == null ? null : entry.line();
    }
}
