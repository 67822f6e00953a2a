package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.config.UsersDirectory.UserKey;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;

final class UsersDirectoryTest {
    static final String KEY1 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmQqMdcn+gaI13pkrkDUY+BUOx157uOXTKTPASIb+hn gerard@gwaihir1";
    static final String KEY2 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIoJBp+6rAZhX55Cm5bxmT/hEILFLe57/OY91AbaP7VO gerard@gwaihir2";
    static final String KEY3 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8L2OAyxFJgKiX16/f8rD6dy+FcumTK3siWeWWZhtzq gerard@gwaihir3";
    private static final UserName GERARD = new UserName("gerard");
    private static final UserName FRODO = new UserName("frodo");
    private static final Corpus BAD = Corpus.named("bad-users");

    @TempDir
    Path directory;

    @Test
    void absentDirectoryHasNoUsers() throws Exception {
        UsersDirectory users = UsersDirectory.read(directory.resolve("none"), Settings.DEFAULTS);
        assertThat(users.users()).isEmpty();
        assertThat(users.roster()).isEqualTo(Roster.EMPTY);
    }

    @Test
    void emptyFileIsAUserWithoutKeysWhoMaySendAsAnybody() throws Exception {
        user("gerard", "");
        UsersDirectory users = read();
        assertThat(users.roster().allowances()).containsExactly(Map.entry(GERARD, Allowance.plain(GERARD, 1_200_000)));
        assertThat(users.keyring()).isEmpty();
    }

    @Test
    void everythingSaidOfAUserIsInTheRoster() throws Exception {
        Path good = Corpus.named("good-users").folder();
        UsersDirectory users = UsersDirectory.read(good, Settings.DEFAULTS);
        assertThat(users.roster().allowances().get(GERARD))
                .isEqualTo(new Allowance(
                        GERARD,
                        false,
                        List.of(Network.parse("203.0.113.0/24"), Network.parse("2001:db8::/32")),
                        Set.of("gerard@example.org", "g.ravenstein"),
                        new SenderRules(List.of("gerard@example.org", "@.example.org")),
                        2_400_000,
                        3,
                        64,
                        new Rate(200, 3_600_000),
                        new Rate(1_000, 86_400_000),
                        Map.of(
                                AuthorizedKey.parse(KEY1).fingerprint(),
                                Long.MAX_VALUE,
                                AuthorizedKey.parse(KEY2).fingerprint(),
                                expiryOfSecondKey(users))));
    }

    @Test
    void keyringHasTheKeysOfAllUsersAlsoTheSameKeyOfTwo() throws Exception {
        user("gerard", "keys = ['" + KEY1 + "', '" + KEY2 + "']\n");
        user("frodo", "keys = ['" + KEY1 + "']\nenabled = false\n");
        assertThat(read().keyring())
                .containsExactly(
                        new UserKey(FRODO, AuthorizedKey.parse(KEY1)),
                        new UserKey(GERARD, AuthorizedKey.parse(KEY1)),
                        new UserKey(GERARD, AuthorizedKey.parse(KEY2)));
    }

    @Test
    void termOfAUserIsTheSettingsUnlessTheFileSaysOtherwise() throws Exception {
        user("gerard", "");
        user("frodo", "term = \"5m\"\n");
        Settings settings = SettingsFile.read(
                Files.writeString(directory.resolve(".settings"), "[lease]\nterm = \"30m\"\nmax_term = \"30m\"\n"));
        Map<UserName, Allowance> allowances =
                UsersDirectory.read(directory, settings).roster().allowances();
        assertThat(Objects.requireNonNull(allowances.get(GERARD)).termMs()).isEqualTo(1_800_000);
        assertThat(Objects.requireNonNull(allowances.get(FRODO)).termMs()).isEqualTo(300_000);
    }

    @TestFactory
    Stream<DynamicTest> badUsersAreNamedWithTheirPlaceAndTheNearestRightOne() throws IOException {
        return BAD.files().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    Path alone = Files.createDirectories(directory.resolve("dir-of-" + file.getFileName()));
                    Files.copy(file, alone.resolve(file.getFileName()));
                    SettingsException problem = catchThrowableOfType(
                            SettingsException.class, () -> UsersDirectory.read(alone, Settings.DEFAULTS));
                    assertThat(problem).as("%s is taken", file).isNotNull();
                    BAD.assertAsExpected(file, problem);
                }));
    }

    @Test
    void allProblemsOfAllFilesAreSaid() throws Exception {
        user("gerard", "keyz = []\n");
        user("frodo", "devices = 0\n");
        user("Sam", "");
        user("10.0.0.1", "");
        Files.createDirectory(directory.resolve("merry.toml"));
        assertProblems(
                "10.0.0.1.toml: '10.0.0.1' is no user name: a user name must not look like an IP address",
                "Sam.toml: 'Sam' is no user name: a user name begins with a-z or 0-9 and goes on with a-z, 0-9, '.', '_' or"
                        + " '-'; did you mean 'sam.toml'?",
                "frodo.toml:1:11: devices: 0 is out of range: 1 to 10000",
                "gerard.toml:1:1: unknown key 'keyz'; did you mean 'keys'?",
                "merry.toml: is a directory; expected a file");
    }

    @Test
    void loginNameOfTwoUsersIsSaidOfBoth() throws Exception {
        user("frodo", "logins = [\"shire\", \"baggins\"]\n");
        user("gerard", "logins = [\"baggins\"]\n");
        assertProblems(
                "frodo.toml:1:20: logins: 'baggins' is also gerard's; a login name is one user's",
                "gerard.toml:1:11: logins: 'baggins' is also frodo's; a login name is one user's");
    }

    @Test
    void loginNameThatIsAnotherUsersNameIsRefusedAndOnesOwnIsNot() throws Exception {
        user("frodo", "logins = [\"frodo\", \"gerard\"]\n");
        user("gerard", "");
        assertProblems("frodo.toml:1:20: logins: 'gerard' is also gerard's; a login name is one user's");
    }

    @Test
    void whatEditorsLeaveBehindIsNotLookedAtAndOtherFilesAreNamed() throws Exception {
        user("gerard", "");
        for (String name : List.of(
                ".gerard.toml.swp", "gerard.toml~", "frodo.toml.tmp", "#sam.toml#", ".lock", "a.toml.dpkg-dist")) {
            Files.writeString(directory.resolve(name), "nonsense");
        }
        Files.writeString(directory.resolve("frodo.tml"), "");
        UsersDirectory users = read();
        assertThat(users.users()).extracting(UserFile::name).containsExactly(GERARD);
        assertThat(users.warnings())
                .containsExactly(
                        directory.resolve("frodo.tml") + " is not looked at: a user's file is called NAME.toml");
    }

    @Test
    void symbolicLinkToNothingIsSaid() throws Exception {
        Files.createSymbolicLink(directory.resolve("gerard.toml"), directory.resolve("gone"));
        assertProblems("gerard.toml: is a symbolic link to nothing");
    }

    @Test
    void fileInsteadOfTheDirectoryIsSaid() throws Exception {
        Path file = Files.createFile(directory.resolve("users"));
        assertThatThrownBy(() -> UsersDirectory.read(file, Settings.DEFAULTS))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("users: is no directory; the users' files lie in one");
    }

    @Test
    void fileThatEverybodyMayWriteIsWarnedOf() throws Exception {
        Files.setPosixFilePermissions(user("gerard", ""), PosixFilePermissions.fromString("rw-rw-rw-"));
        user("frodo", "may_announce = [\"0.0.0.0/0\"]\n");
        assertThat(read().warnings())
                .hasSize(2)
                .anyMatch(line -> line.contains("gerard.toml may be written by everybody"))
                .anyMatch(line -> line.startsWith("user frodo: may_announce 0.0.0.0/0"));
    }

    @Test
    void authoritiesAreReadWithTheUsers() throws Exception {
        Files.writeString(directory.resolve(".authorities"), "# ours\n\n" + KEY3 + "\n");
        Settings settings = withAuthorities();
        UsersDirectory users = UsersDirectory.read(directory, settings);
        assertThat(users.authorities()).containsExactly(AuthorizedKey.parse(KEY3));
        assertThat(users.roster().authorities())
                .containsExactly(AuthorizedKey.parse(KEY3).fingerprint());
    }

    @Test
    void badAuthoritiesAreSaidWithTheirLine() throws Exception {
        Settings settings = withAuthorities();
        assertThatThrownBy(() -> UsersDirectory.read(directory, settings))
                .hasMessageEndingWith(".authorities: does not exist; [ssh] trusted_user_ca_keys names it");
        Files.writeString(
                directory.resolve(".authorities"), KEY1 + "\n\ncert-authority " + KEY2 + "\n" + KEY1 + "\nhello\n");
        assertThatThrownBy(() -> UsersDirectory.read(directory, settings))
                .isInstanceOf(SettingsException.class)
                .message()
                .contains(".authorities:3:1: an authority has no options here")
                .contains(
                        ".authorities:4:1: the key " + AuthorizedKey.parse(KEY1).fingerprint() + " stands there twice")
                .contains(".authorities:5:1: unknown option 'hello'");
    }

    @Test
    void strangersHaveAnAllowanceWhereTheSettingsLetAnyLoginCount() throws Exception {
        Settings settings = SettingsFile.read(
                Files.writeString(directory.resolve(".settings"), "[login_log]\nusers = \"any\"\nterm = \"10m\"\n"));
        assertThat(UsersDirectory.read(directory, settings).roster().strangers())
                .isEqualTo(new Roster.StrangersAllowance(600_000));
    }

    private static long expiryOfSecondKey(UsersDirectory users) {
        long expiry = Objects.requireNonNull(users.user(GERARD)).keys().get(1).expiresAtMs();
        assertThat(Instant.ofEpochMilli(expiry)).isBetween("2029-12-31T00:00:00Z", "2030-01-02T00:00:00Z");
        return expiry;
    }

    private Settings withAuthorities() throws Exception {
        return SettingsFile.read(
                Files.writeString(directory.resolve(".settings"), "[ssh]\ntrusted_user_ca_keys = \".authorities\"\n"));
    }

    private Path user(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name + ".toml"), text);
    }

    private UsersDirectory read() throws SettingsException {
        return UsersDirectory.read(directory, Settings.DEFAULTS);
    }

    private void assertProblems(String... expected) {
        SettingsException problem = catchThrowableOfType(SettingsException.class, this::read);
        assertThat(problem).isNotNull();
        assertThat(problem.problems().stream()
                        .map(one ->
                                one.toString().substring(directory.toString().length() + 1)))
                .containsExactly(expected);
    }
}
