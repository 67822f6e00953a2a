package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.cli.CommandRig.Ended;
import org.scpbeforerelay.view.Json;

/** Users are kept by commands, with a daemon and without one. */
final class UserCommandsTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtQUDZWhs8k/cZcykMkaoX7ZE7DXld8TP79HyddMVTS gerard@gwaihir";

    @TempDir
    Path state;

    private CommandRig rig;

    @BeforeEach
    void begin() {
        rig = new CommandRig(state);
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private Ended run(String... arguments) {
        return rig.run(arguments);
    }

    private Path keyFile() throws IOException {
        return Files.writeString(state.resolve("gerard.pub"), KEY + "\n");
    }

    @Test
    void usersAreAddedShownSwitchedAndRemoved() throws Exception {
        assertThat(run("user", "list").exit()).isEqualTo(1);
        assertThat(run("user", "add", "gerard", "--key", keyFile().toString(), "--term", "30m")
                        .exit())
                .isZero();
        Ended again = run("user", "add", "gerard");
        assertThat(again.exit()).isEqualTo(73);
        assertThat(again.err()).contains("there is a user 'gerard' already");
        assertThat(run("user", "show", "gerard").out())
                .contains("30m")
                .contains("SHA256:")
                .contains("gerard@gwaihir");
        assertThat(Json.read(run("user", "list", "--json").out())
                        .path("users")
                        .get(0)
                        .path("user")
                        .asString())
                .isEqualTo("gerard");
        assertThat(run("user", "disable", "gerard").exit()).isZero();
        assertThat(run("user", "list").out()).contains("disabled");
        assertThat(run("user", "enable", "gerard").exit()).isZero();
        assertThat(run("user", "key", "remove", "gerard", "gerard@gwaihir").exit())
                .isZero();
        assertThat(run("user", "key", "remove", "gerard", "gerard@gwaihir").exit())
                .isEqualTo(1);
        assertThat(run("user", "key", "add", "gerard", keyFile().toString()).exit())
                .isZero();
        Ended twice = run("user", "key", "add", "gerard", keyFile().toString());
        assertThat(twice.exit()).isEqualTo(1);
        assertThat(twice.err()).contains("gerard has the key SHA256:").contains("already; nothing is changed");
        assertThat(run("user", "remove", "gerard").exit()).isZero();
        assertThat(run("user", "remove", "gerard").exit()).isEqualTo(1);
    }

    @Test
    void aBadKeyOrNameIsRefusedAndNothingIsWritten() throws Exception {
        Path bad = Files.writeString(state.resolve("bad.pub"), "# my key\nssh-ed25519 AAAA nonsense\n");
        Ended ended = run("user", "add", "gerard", "--key", bad.toString());
        assertThat(ended.exit()).isEqualTo(78);
        assertThat(ended.err()).contains("bad.pub:2: ");
        assertThat(state.resolve("users/gerard.toml")).doesNotExist();
        assertThat(run("user", "add", "Gerard").exit()).isEqualTo(64);
        assertThat(run("user", "add", "10.0.0.1").exit()).isEqualTo(64);
        run("user", "add", "frodo");
        for (String wrong : List.of(
                "--term 20-minutes",
                "--term 30d",
                "--devices 0",
                "--prefix6 56",
                "--messages many",
                "--sender example",
                "--login frodo",
                "--may-announce 10.0.0.0/99")) {
            Ended refused = run(("user add gerard " + wrong).split(" "));
            assertThat(refused.exit()).as(wrong).isEqualTo(64);
            assertThat(refused.err()).startsWith("scp-before-relay: " + wrong.split(" ")[0] + ": ");
            assertThat(refused.err()).doesNotContain("gerard.toml");
        }
        assertThat(state.resolve("users/gerard.toml")).doesNotExist();
    }

    @Test
    void whatIsWrittenAndNotTakenIsNotSaidToBeUnchanged() throws Exception {
        rig.serve();
        Files.createDirectories(state.resolve("users"));
        Files.writeString(state.resolve("users/pippin.toml"), "sender = []\n");
        Ended ended = run("user", "add", "gerard");
        assertThat(ended.exit()).isEqualTo(78);
        assertThat(ended.out()).contains("added gerard");
        assertThat(ended.err())
                .contains("written, but not in force: the former settings stay in force:")
                .contains("pippin.toml:1:1: ")
                .doesNotContain("nothing has changed");
    }

    @Test
    void networksAreShownAsTheyAreWritten() throws Exception {
        run("user", "add", "gerard", "--may-announce", "10.0.0.0/8", "--may-announce", "192.0.2.0/24");
        assertThat(run("user", "show", "gerard").out()).contains("may announce  10.0.0.0/8, 192.0.2.0/24");
    }
}
