package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.scpbeforerelay.config.UsersDirectoryTest.KEY1;
import static org.scpbeforerelay.config.UsersDirectoryTest.KEY2;
import static org.scpbeforerelay.config.UsersDirectoryTest.KEY3;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;

final class UserEditTest {
    private static final UserName GERARD = new UserName("gerard");

    @TempDir
    Path state;

    @Test
    void newUserIsReadAsItWasWritten() throws Exception {
        Path users = state.resolve("users");
        AuthorizedKey key = AuthorizedKey.parse("device=\"gwaihir\",from=\"203.0.113.0/24\" " + KEY1);
        UserEdit.create(
                users,
                GERARD,
                Settings.DEFAULTS,
                user -> user.addKey(key)
                        .set("senders", List.of("gerard@example.org"))
                        .set("devices", 2)
                        .set("messages", "200/h"));
        UserFile user = read(users);
        assertThat(user.keys()).containsExactly(key);
        assertThat(user.senders().rules()).containsExactly("gerard@example.org");
        assertThat(user.devices()).isEqualTo(2);
        assertThat(user.messages()).isEqualTo(new Rate(200, 3_600_000));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users)))
                .isEqualTo("rwxr-x---");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(users))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void whatIsNotChangedStaysAsItWasWritten() throws Exception {
        Path file = Files.writeString(file(state), """
                # Gerard, since 1998

                keys = [
                  "%s", # laptop
                  '%s',   # phone
                ]
                # until he is back
                enabled = true # yes
                senders=['gerard@example.org']   # his own
                """.formatted(KEY1, KEY2));
        AuthorizedKey first = AuthorizedKey.parse(KEY1);
        UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> {
            assertThat(user.removeKey(first.blob())).isTrue();
            assertThat(user.removeKey(first.blob())).isFalse();
            user.set("enabled", false).set("term", "40m");
        });
        assertThat(Files.readString(file)).isEqualTo("""
                # Gerard, since 1998

                keys = [
                  '%s',   # phone
                ]
                # until he is back
                enabled = false # yes
                senders=['gerard@example.org']   # his own
                term = "40m"
                """.formatted(KEY2));
    }

    @Test
    void lastKeyCanGoAndComeBack() throws Exception {
        AuthorizedKey key = AuthorizedKey.parse(KEY1);
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> user.addKey(key));
        UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.removeKey(key.blob()));
        assertThat(read(state).keys()).isEmpty();
        UserEdit.change(
                state, GERARD, Settings.DEFAULTS, user -> user.addKey(key).set("term", "5m"));
        UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.unset("term"));
        assertThat(read(state).keys()).containsExactly(key);
        assertThat(read(state).term()).isNull();
    }

    @Test
    void changeWithAProblemIsNotWritten() throws Exception {
        AuthorizedKey key = AuthorizedKey.parse(KEY1);
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> user.addKey(key));
        String before = Files.readString(file(state));
        assertThatThrownBy(() -> UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.addKey(key)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("gerard.toml:")
                .hasMessageContaining("stands there twice");
        assertThatThrownBy(() -> UserEdit.change(
                        state, GERARD, Settings.DEFAULTS, user -> user.set("may_announce", List.of("203.0.113.7/24"))))
                .isInstanceOf(SettingsException.class);
        assertThat(Files.readString(file(state))).isEqualTo(before);
        assertOnlyTheFileAndTheLock();
    }

    @Test
    void loginNameOfAnotherUserIsNotWritten() throws Exception {
        Files.writeString(state.resolve("frodo.toml"), "logins = [\"baggins\"]\n");
        assertThatThrownBy(() -> UserEdit.create(
                        state, GERARD, Settings.DEFAULTS, user -> user.set("logins", List.of("baggins"))))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("'baggins' is also frodo's");
        assertThat(file(state)).doesNotExist();
    }

    @Test
    void brokenFileOfAnotherUserIsNoHindrance() throws Exception {
        Files.writeString(state.resolve("frodo.toml"), "devices = 0\n");
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> user.set("devices", 1));
        assertThat(file(state)).exists();
    }

    @Test
    void brokenFileIsSaidAndLeftAlone() throws Exception {
        Files.writeString(file(state), "devices = \n");
        assertThatThrownBy(() -> UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.set("enabled", false)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("gerard.toml:1:");
        assertThat(Files.readString(file(state))).isEqualTo("devices = \n");
    }

    @Test
    void userThatIsThereIsNotMadeAgainAndOneThatIsNotIsNotChanged() throws Exception {
        assertThatThrownBy(() -> UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> {}))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> UserEdit.remove(state, GERARD)).isInstanceOf(NoSuchFileException.class);
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> {});
        assertThatThrownBy(() -> UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> {}))
                .isInstanceOf(FileAlreadyExistsException.class);
        UserEdit.remove(state, GERARD);
        assertThat(file(state)).doesNotExist();
    }

    @Test
    void symbolicLinkIsNotReplacedNorWrittenThrough() throws Exception {
        Path elsewhere = Files.writeString(state.resolve("elsewhere"), "");
        Path users = Files.createDirectory(state.resolve("users"));
        Files.createSymbolicLink(file(users), elsewhere);
        assertThatThrownBy(() -> UserEdit.change(users, GERARD, Settings.DEFAULTS, user -> user.set("enabled", false)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a symbolic link to " + elsewhere);
        assertThat(Files.readString(elsewhere)).isEmpty();
    }

    @Test
    void fileKeepsItsGroupAndLosesWhatOthersMay() throws Exception {
        Files.writeString(file(state), "");
        var group = state.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("mail");
        boolean root = System.getProperty("user.name", "").equals("root");
        if (root) {
            Files.setAttribute(file(state), "posix:group", group);
        }
        Object before = Files.getAttribute(file(state), "posix:group");
        Files.setPosixFilePermissions(file(state), PosixFilePermissions.fromString("rw-rw-r--"));
        UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.set("enabled", false));
        assertThat(Files.getAttribute(file(state), "posix:group")).isEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(state))))
                .isEqualTo("rw-rw----");
    }

    @Test
    void changesAtTheSameTimeAreAllKept() throws Exception {
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> {});
        List<Callable<Void>> changes = new ArrayList<>();
        for (String line : List.of(KEY1, KEY2, KEY3)) {
            AuthorizedKey key = AuthorizedKey.parse(line);
            changes.add(() -> {
                UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.addKey(key));
                return null;
            });
        }
        try (var threads = Executors.newFixedThreadPool(3)) {
            for (var change : threads.invokeAll(changes)) {
                change.get();
            }
        }
        assertThat(read(state).keys()).hasSize(3);
    }

    @Test
    void anyTextThatIsSetIsReadBack() throws Exception {
        UserEdit.create(state, GERARD, Settings.DEFAULTS, user -> {});
        Random random = new Random(20261122);
        String alphabet = "ab\"'\\#[]{}=,. \u00e9\u20ac\uD83D\uDE00";
        for (int i = 0; i < 100; i++) {
            List<String> logins = Stream.generate(() -> randomText(random, alphabet))
                    .filter(text -> !text.isBlank())
                    .limit(random.nextInt(4))
                    .distinct()
                    .toList();
            UserEdit.change(state, GERARD, Settings.DEFAULTS, user -> user.set("logins", logins));
            assertThat(read(state).logins()).isEqualTo(logins);
        }
    }

    private static String randomText(Random random, String alphabet) {
        int[] letters = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private void assertOnlyTheFileAndTheLock() throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("gerard.toml", ".lock");
        }
    }

    private static Path file(Path users) {
        return users.resolve("gerard.toml");
    }

    private static UserFile read(Path users) throws SettingsException {
        return Objects.requireNonNull(
                UsersDirectory.read(users, Settings.DEFAULTS).user(GERARD));
    }
}
