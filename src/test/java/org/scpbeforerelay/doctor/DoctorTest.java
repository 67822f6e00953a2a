package org.scpbeforerelay.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.SettingsFile;

/** Each thing that can be wrong with a host is made wrong, and found; where it is right, nothing is said against it. */
class DoctorTest {
    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaoX7ZE7DXld8TP79HyddMVTS gerard@gwaihir";
    private static final long NOW = System.currentTimeMillis() / 1000 * 1000;

    @TempDir
    Path state;

    private @Nullable Set<String> holders = Set.of();

    @BeforeEach
    void build() throws IOException {
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-x---"));
        Files.createDirectories(state.resolve("users"));
        settings("[ssh]\nlisten = []\n");
        user("keys = [\"" + ED25519 + "\"]\n");
    }

    private void settings(String text) throws IOException {
        Files.writeString(state.resolve("scp-before-relay.toml"), text);
        old(state.resolve("scp-before-relay.toml"));
    }

    private void user(String text) throws IOException {
        old(Files.writeString(state.resolve("users/gerard.toml"), text));
    }

    private static Instant daysAgo(long days) {
        return Instant.ofEpochMilli(NOW).minus(Duration.ofDays(days));
    }

    private static String date(Instant at) {
        return at.toString().substring(0, 10).replace("-", "");
    }

    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(
                file, FileTime.fromMillis(NOW - Duration.ofDays(90).toMillis()));
    }

    private List<Finding> check() throws Exception {
        Places places = Places.find(state, null);
        return SettingsExam.examine(places, SettingsFile.read(places.settingsFile()), new Known(NOW, holders));
    }

    private List<String> said(Finding.Grade grade) throws Exception {
        return check().stream()
                .filter(one -> one.grade() == grade)
                .map(Finding::what)
                .toList();
    }

    @Test
    void aHostInOrderHasNoProblemAndEveryOtherFindingSaysWhyAndWhatMendsIt() throws Exception {
        assertThat(said(Finding.Grade.PROBLEM)).isEmpty();
        assertThat(check())
                .filteredOn(one -> one.grade() != Finding.Grade.GOOD)
                .allSatisfy(one -> assertThat(List.of(one.where(), one.why(), one.remedy()))
                        .noneMatch(String::isEmpty));
    }

    @Test
    void aUsersFolderThatEverybodyMayWriteToIsAProblem() throws Exception {
        Files.setPosixFilePermissions(state.resolve("users"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(state.resolve("users/gerard.toml"), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(said(Finding.Grade.PROBLEM))
                .containsExactly(
                        "everybody on this host may write to " + state.resolve("users"),
                        "everybody on this host may write to " + state.resolve("users/gerard.toml"));
    }

    @Test
    void aHostKeyThatOthersMayReadIsAProblemAndSoIsOneThatIsMissing() throws Exception {
        Path keys = Files.createDirectories(state.resolve("host-keys"));
        settings("[ssh]\nlisten = [\"127.0.0.1:0\"]\n");
        assertThat(said(Finding.Grade.PROBLEM)).containsExactly("there is no Ed25519 host key");
        Path key = Files.writeString(keys.resolve("ssh_host_ed25519_key"), "private\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        old(key);
        Files.writeString(keys.resolve("ssh_host_ed25519_key.pub"), ED25519 + "\n");
        assertThat(said(Finding.Grade.PROBLEM)).isEmpty();
        assertThat(said(Finding.Grade.GOOD))
                .anyMatch(what -> what.startsWith("host key ssh-ed25519 SHA256:") && what.endsWith("90 days old"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(said(Finding.Grade.PROBLEM)).containsExactly("others may read or write the host key " + key);
    }

    @Test
    void aHostKeyThatIsYoungerThanTheRecordWasExchanged() throws Exception {
        Path keys = Files.createDirectories(state.resolve("host-keys"));
        settings("[ssh]\nlisten = [\"127.0.0.1:0\"]\n");
        Path key = Files.writeString(keys.resolve("ssh_host_ed25519_key"), "private\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.setLastModifiedTime(key, FileTime.fromMillis(NOW - 1000));
        Files.writeString(keys.resolve("ssh_host_ed25519_key.pub"), ED25519 + "\n");
        assertThat(said(Finding.Grade.ADVICE)).noneMatch(what -> what.contains("younger than the record"));
        record("gerard", daysAgo(21));
        assertThat(said(Finding.Grade.ADVICE)).anyMatch(what -> what.endsWith("is younger than the record"));
    }

    @Test
    void shortKeysEndedKeysAndKeysThatEndSoonAreNamed() throws Exception {
        Path rsa = state.resolve("rsa");
        Process made = new ProcessBuilder("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", rsa.toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();
        String twoThousand = Files.readString(state.resolve("rsa.pub")).strip();
        user("keys = ['expiry-time=\"" + date(daysAgo(-9)) + "\" " + ED25519 + "', '" + twoThousand + "']\n");
        assertThat(said(Finding.Grade.ADVICE))
                .anyMatch(what -> what.contains("has 2048 bits"))
                .anyMatch(what -> what.contains("gerard@gwaihir") && what.contains(" ends at 20"));
        user("keys = ['expiry-time=\"" + date(daysAgo(9)) + "\" " + ED25519 + "']\n");
        assertThat(said(Finding.Grade.ADVICE)).anyMatch(what -> what.contains(" ended at 20"));
        user("");
        assertThat(said(Finding.Grade.ADVICE)).contains("user gerard has no key");
    }

    @Test
    void aUserWithoutALeaseForAMonthIsUnusedAsSoonAsTheRecordCanTell() throws Exception {
        record("bilbo", daysAgo(2));
        assertThat(said(Finding.Grade.ADVICE)).noneMatch(what -> what.contains("in no line of the record"));
        record("gerard", daysAgo(80));
        assertThat(said(Finding.Grade.ADVICE)).contains("user gerard is in no line of the record for 30 days");
        holders = null;
        assertThat(said(Finding.Grade.ADVICE)).noneMatch(what -> what.contains("in no line of the record"));
        holders = Set.of("gerard");
        assertThat(said(Finding.Grade.ADVICE)).noneMatch(what -> what.contains("in no line of the record"));
        holders = Set.of();
        assertThat(said(Finding.Grade.ADVICE)).anyMatch(what -> what.contains("in no line of the record"));
        record("gerard", daysAgo(1));
        assertThat(said(Finding.Grade.ADVICE)).noneMatch(what -> what.contains("in no line of the record"));
    }

    private void record(String user, Instant at) throws IOException {
        Path folder = Files.createDirectories(state.resolve("history"));
        Files.writeString(
                folder.resolve(date(at) + "T000000000.jsonl"),
                "{\"at\":\"" + at + "\",\"event\":\"granted\",\"user\":\"" + user
                        + "\",\"device\":\"default\",\"address\":\"203.0.113.7\",\"source\":\"ssh\"}\n");
    }

    @Test
    void aClockThatWasSetBackIsSeenByWhatTheDaemonWrote() throws Exception {
        Path leases = Files.writeString(state.resolve("leases.db"), "");
        Files.setLastModifiedTime(leases, FileTime.fromMillis(NOW + 3_600_000));
        assertThat(said(Finding.Grade.PROBLEM))
                .singleElement()
                .asString()
                .startsWith("the clock was set back: " + leases + " was written at "
                        + Instant.ofEpochMilli(NOW + 3_600_000));
    }

    @Test
    void aPortOnWhichSomebodyElseAnswersIsAProblem() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            settings("[ssh]\nlisten = [\"127.0.0.1:" + other.getLocalPort() + "\"]\n");
            Thread.ofVirtual().start(() -> {
                try (var client = other.accept()) {
                    client.getOutputStream()
                            .write("SSH-2.0-OpenSSH_9.2p1 Debian\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    return;
                }
            });
            assertThat(said(Finding.Grade.PROBLEM))
                    .containsExactly("somebody else answers there: SSH-2.0-OpenSSH_9.2p1 Debian");
        }
        assertThat(said(Finding.Grade.PROBLEM)).containsExactly("nobody listens there");
        assertThat(said(Finding.Grade.ADVICE)).contains("the SSH endpoint listens on loopback only");
        settings("[ssh]\nlisten = [\"127.0.0.1:0\"]\nproxies = [\"127.0.0.1\", \"10.0.0.0/20\"]\n");
        assertThat(said(Finding.Grade.ADVICE))
                .doesNotContain("the SSH endpoint listens on loopback only")
                .anyMatch(advice -> advice.startsWith("[ssh] proxies: 10.0.0.0/20 lets each of its hosts"));
    }

    @Test
    void aFollowedLogThatSaysNothingOrIsNotUnderstoodIsFound() throws Exception {
        Path log = state.resolve("mail.log");
        settings("[ssh]\nlisten = []\n[login_log]\nfiles = [\"" + log + "\"]\nservices = [\"dovecot\"]\n");
        assertThat(said(Finding.Grade.PROBLEM)).containsExactly("there is no such log");
        Files.writeString(
                log, "2026-11-22T10:00:00+00:00 shadowfax postfix/smtpd[7]: connect from unknown[192.0.2.1]\n");
        assertThat(said(Finding.Grade.ADVICE)).contains("its last 1 lines have no login of dovecot");
        String login = "2026-11-22T10:00:01+00:00 shadowfax dovecot: imap-login: %s: user=<gerard>, method=PLAIN, "
                + "rip=203.0.113.7, lip=192.0.2.25, mpid=4711, TLS, session=<abc>\n";
        Files.writeString(log, login.formatted("Login"));
        assertThat(said(Finding.Grade.GOOD)).contains("1 logins in its last 1 lines");
        Files.writeString(log, login.formatted("Login") + login.formatted("Login welcome"));
        assertThat(said(Finding.Grade.PROBLEM))
                .singleElement()
                .asString()
                .startsWith("1 of the last 2 lines speak of a login and are not understood: \"20");
    }
}
