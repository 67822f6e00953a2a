package org.scpbeforerelay.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsFile;

/** A recorded journal, looked at by the real journalctl. */
@Tag("e2e")
final class FollowedJournalExamTest {
    private static final long NOW_MS = 1_795_348_900_000L;

    @TempDir
    Path folder;

    @BeforeEach
    void unpack() throws Exception {
        try (InputStream recorded =
                        Objects.requireNonNull(getClass().getResourceAsStream("/login-logs/recorded.journal.gz"));
                InputStream in = new GZIPInputStream(recorded)) {
            Files.copy(in, folder.resolve("recorded.journal"));
        }
    }

    private List<String> said(String journal, String services, String... journalctl) throws Exception {
        Path file = Files.writeString(
                folder.resolve("scp-before-relay.toml"),
                "[login_log]\njournal = " + journal + "\nservices = " + services + "\n");
        Settings settings = SettingsFile.read(file);
        return FollowedJournalExam.examine(settings, NOW_MS, List.of(journalctl)).stream()
                .map(finding -> finding.grade() + " " + finding.where() + ": " + finding.what())
                .toList();
    }

    private String recorded() {
        return "--file=" + folder.resolve("recorded.journal");
    }

    @Test
    void loginsAreCountedAsTheDaemonWouldTakeThem() throws Exception {
        assertThat(said("[\"dovecot.service\"]", "[\"dovecot\"]", "journalctl", recorded()))
                .containsExactly("GOOD dovecot.service: 1 logins in its last 1 lines");
    }

    @Test
    void aUnitWithoutItsServicesLoginsIsFound() throws Exception {
        assertThat(said("[\"sshd.service\"]", "[\"dovecot\"]", "journalctl", recorded()))
                .singleElement()
                .asString()
                .startsWith("ADVICE sshd.service: its last ")
                .endsWith(" lines have no login of dovecot");
    }

    @Test
    void oneOfSeveralNamesMayBeUnknownAndNotAll() throws Exception {
        assertThat(said("[\"dovecot.service\", \"dovecto.service\"]", "[\"dovecot\"]", "journalctl", recorded()))
                .containsExactly(
                        "GOOD dovecot.service: 1 logins in its last 1 lines",
                        "ADVICE dovecto.service: the journal has no line of it");
        assertThat(said("[\"dovecto.service\", \"imap.service\"]", "[\"dovecot\"]", "journalctl", recorded()))
                .containsExactly(
                        "PROBLEM [login_log] journal: the journal has no line of dovecto.service or imap.service");
    }

    @Test
    void aJournalThatCannotBeReadIsFound() throws Exception {
        assertThat(said("[\"ssh.service\"]", "[\"sshd\"]", "journalctl", "--file=" + folder.resolve("none")))
                .singleElement()
                .asString()
                .startsWith("PROBLEM ssh.service: the journal cannot be read: journalctl ended with status 1: ");
        assertThat(said(
                        "[\"ssh.service\"]",
                        "[\"sshd\"]",
                        folder.resolve("no-such-journalctl").toString()))
                .singleElement()
                .asString()
                .startsWith("PROBLEM ssh.service: the journal cannot be read: ");
    }

    @Test
    void whereNoJournalIsFollowedNothingIsSaid() throws Exception {
        assertThat(said("[]", "[\"sshd\"]", "journalctl", recorded())).isEmpty();
    }
}
