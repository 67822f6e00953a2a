package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.config.Settings.Drop;
import org.scpbeforerelay.config.Settings.LoginLog;
import org.scpbeforerelay.config.Settings.Lookup;
import org.scpbeforerelay.config.Settings.Store;
import org.scpbeforerelay.config.Settings.Table;

final class SettingsFileTest {
    private static final Corpus BAD = Corpus.named("bad-settings");

    @TempDir
    Path folder;

    @Test
    void absentFileIsTheDefaults() throws Exception {
        assertThat(SettingsFile.read(folder.resolve("none.toml"))).isEqualTo(Settings.DEFAULTS);
    }

    @Test
    void emptyFileIsTheDefaults() throws Exception {
        assertThat(read("")).isEqualTo(Settings.DEFAULTS);
        assertThat(read("# nothing yet\n[lease]\n")).isEqualTo(Settings.DEFAULTS);
    }

    @Test
    void everySettingIsRead() throws Exception {
        Settings settings =
                SettingsFile.read(Corpus.named("good-settings").folder().resolve("everything.toml"));
        assertThat(settings.lease())
                .isEqualTo(new Settings.Lease(
                        Term.parse("10m"),
                        Term.parse("2d"),
                        Term.parse("90s"),
                        List.of(Network.parse("10.0.0.0/8"), Network.parse("fd00::/8"))));
        Path folderOfFile = Corpus.named("good-settings").folder();
        assertThat(settings.ssh())
                .isEqualTo(new Settings.Ssh(
                        List.of(new ListenAddress.Tcp("198.51.100.7", 22), new ListenAddress.Tcp("2001:db8::7", 22)),
                        Path.of("/etc/scp-before-relay/keys"),
                        folderOfFile.resolve("authorities"),
                        Term.parse("5s"),
                        50,
                        List.of(Network.parse("10.0.0.5/32"), Network.parse("fd00::/64"))));
        assertThat(settings.drop())
                .isEqualTo(new Drop(
                        List.of("/home/*/tmp"),
                        "addr-*",
                        Drop.Proof.SSHD_LOGIN,
                        List.of("/var/log/auth.log", "sshd@.service")));
        assertThat(settings.loginLog())
                .isEqualTo(new LoginLog(
                        List.of(Path.of("/var/log/mail.log")),
                        List.of("dovecot.service", "ssh.service"),
                        List.of("dovecot", "qpopper"),
                        folderOfFile.resolve("formats"),
                        Term.parse("1h"),
                        LoginLog.Users.ANY,
                        true));
        assertThat(settings.shared())
                .isEqualTo(new Settings.Shared(
                        2, 6, 3, Term.parse("15m"), Settings.Shared.Rule.REFUSE, Settings.Shared.Rule.REFUSE));
        assertThat(settings.lookup())
                .isEqualTo(new Lookup(
                        List.of(
                                new ListenAddress.Tcp("localhost", 10_040),
                                new ListenAddress.Unix(Path.of("/var/spool/postfix/scp/policy"))),
                        Lookup.WrongSender.REJECT,
                        true));
        assertThat(settings.tables())
                .containsExactly(
                        new Table("relay-clients", Table.Type.HASH, Table.Value.OK),
                        new Table("ends", Table.Type.LINES, Table.Value.EXPIRES));
        assertThat(settings.hooks()).containsExactly(new Settings.Hook(List.of("/usr/local/bin/changed", "-v", "-v")));
        assertThat(settings.store())
                .isEqualTo(new Store("rediss://relay:s3cret@redis.example.org:6380/2", Store.WhenAway.REFUSE));
        assertThat(settings.history())
                .isEqualTo(new Settings.History(Term.parse("30d"), ByteSize.parse("64MiB"), false));
        assertThat(settings.console().listen()).isNull();
    }

    @Test
    void whereNothingIsSaidOnlyAnnouncementsAreHeardFromBeyondTheHost() {
        assertThat(Settings.DEFAULTS.console().listen()).isEqualTo(new ListenAddress.Tcp("127.0.0.1", 8040));
        assertThat(Settings.DEFAULTS.lookup().listen())
                .allSatisfy(door -> assertThat(door instanceof ListenAddress.Tcp tcp ? tcp.host() : "127.0.0.1")
                        .isEqualTo("127.0.0.1"));
    }

    @Test
    void passwordOfTheStoreIsNotShown() {
        Store store = new Store("rediss://relay:s3cret@redis.example.org", Store.WhenAway.LOCAL);
        assertThat(store.toString()).doesNotContain("s3cret").contains("rediss://relay:…@redis.example.org");
        assertThatThrownBy(() -> read("[store]\nurl = \"rediss://relay:s3:cr@et@redis.example.org/x\"\n"))
                .isInstanceOf(SettingsException.class)
                .message()
                .doesNotContain("s3")
                .doesNotContain("et@");
    }

    @TestFactory
    Stream<DynamicTest> badSettingsAreNamedWithTheirPlaceAndTheNearestRightOne() throws IOException {
        return BAD.files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    SettingsException problem =
                            catchThrowableOfType(SettingsException.class, () -> SettingsFile.read(file));
                    assertThat(problem).as("%s is taken", file).isNotNull();
                    BAD.assertAsExpected(file, problem);
                }));
    }

    @Test
    void directoryInsteadOfAFileIsSaid() throws IOException {
        Path directory = Files.createDirectory(folder.resolve("settings.toml"));
        assertProblem(directory, "settings.toml: is a directory; expected a file");
    }

    @Test
    void pipeInsteadOfAFileIsNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("settings.toml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertProblem(pipe, "settings.toml: is no regular file");
    }

    @Test
    void unreadableFileIsSaid() {
        // Readable by its mode, yet its first page cannot be read.
        assertProblem(Path.of("/proc/self/mem"), "mem: cannot be read: Input/output error");
    }

    @Test
    void hugeFileIsRefused() throws IOException {
        Path file = folder.resolve("settings.toml");
        Files.write(file, new byte[TomlText.BYTES_MAX + 1]);
        assertProblem(file, "settings.toml: has more than 1MiB; settings never do");
    }

    @Test
    void byteOrderMarkIsSaid() throws IOException {
        Path file = folder.resolve("settings.toml");
        Files.writeString(file, "\uFEFF[lease]\n");
        assertProblem(
                file, "settings.toml:1:1: a byte order mark; save the file as UTF-8 without it (sed -i 1s/^...//)");
    }

    @Test
    void bytesThatAreNoUtf8AreNamedByTheirPlace() throws IOException {
        Path file = folder.resolve("settings.toml");
        Files.write(file, "[lease]\n# gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
        assertProblem(file, "settings.toml:2:5: the bytes here are no UTF-8; save the file as UTF-8");
        Files.write(file, new byte[] {'#', (byte) 0xc3});
        assertProblem(file, "settings.toml:1:2: the bytes here are no UTF-8; save the file as UTF-8");
    }

    @Test
    void problemsArePrintable() {
        assertThatThrownBy(() -> read("[store]\nurl = \"\\u001b[2J\\u202e\"\n"))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains("'?[2J?'");
    }

    @Test
    void shortMaxTermShortensTheDefaultsOfOtherTerms() throws Exception {
        Settings settings = read("[lease]\nmax_term = \"30s\"\n");
        Term half = Term.parse("30s");
        assertThat(settings.lease()).isEqualTo(new Settings.Lease(half, half, half, List.of()));
        assertThat(settings.loginLog().term()).isEqualTo(half);
    }

    @Test
    void whatIsAllowedButRiskyIsWarnedOf() throws Exception {
        assertThat(Settings.DEFAULTS.warnings()).isEmpty();
        Settings settings =
                SettingsFile.read(Corpus.named("good-settings").folder().resolve("everything.toml"));
        assertThat(settings.warnings()).anyMatch(line -> line.startsWith("[[table]] relay-clients: a hash table"));
        assertThat(read("[lookup]\nlisten = [\"0.0.0.0:10040\"]\n[console]\nlisten = \"[::]:80\"")
                        .warnings())
                .hasSize(2);
        assertThat(read("[ssh]\nproxies = [\"10.0.0.5\", \"10.0.1.0/24\", \"10.8.0.0/20\", \"fd00::/56\"]")
                        .warnings())
                .hasSize(2)
                .allMatch(line -> line.startsWith("[ssh] proxies: "));
    }

    private Settings read(String text) throws Exception {
        return SettingsFile.read(Files.writeString(folder.resolve("settings.toml"), text));
    }

    private static void assertProblem(Path file, String expected) {
        assertThatThrownBy(() -> SettingsFile.read(file))
                .isInstanceOf(SettingsException.class)
                .message()
                .endsWith("/" + expected);
    }
}
