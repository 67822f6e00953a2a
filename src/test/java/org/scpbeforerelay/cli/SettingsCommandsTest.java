package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.cli.CommandRig.Ended;

/** What commands and the daemon do with settings that are wrong, gone, or not those of the start. */
final class SettingsCommandsTest {
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

    private void settings(String more) throws Exception {
        Files.writeString(rig.settingsFile(), CommandRig.QUIET + more);
    }

    private String problems() {
        return rig.run("status").out();
    }

    @Test
    void aSettingsFileThatIsNamedAndNotThereIsAnErrorAndNotTheDefaults() {
        for (String command : List.of("check", "serve", "status", "user list")) {
            Ended ended = rig.run((command + " --config " + state.resolve("nosuch.toml")).split(" "));
            assertThat(ended.exit()).as(command).isEqualTo(78);
            assertThat(ended.err()).contains(state + "/nosuch.toml: there is no such file, and --config names it");
        }
        assertThat(rig.run("check").out()).contains("the settings can be read");
    }

    @Test
    void settingsThatWereThereAndAreGoneChangeNothingAtAReload() throws Exception {
        settings("[lease]\nterm = \"7m\"\n");
        rig.run("user", "add", "gerard");
        rig.serve();
        rig.run("grant", "gerard", "203.0.113.7");
        Files.move(rig.settingsFile(), state.resolve("elsewhere"));
        Ended gone = rig.run("reload");
        assertThat(gone.exit()).isEqualTo(78);
        assertThat(gone.err())
                .contains("nothing has changed")
                .contains("scp-before-relay.toml: was there before and is gone");
        Files.move(state.resolve("elsewhere"), rig.settingsFile());
        Files.move(state.resolve("users"), state.resolve("elsewhere"));
        Ended nobody = rig.run("reload");
        assertThat(nobody.exit()).isEqualTo(78);
        assertThat(nobody.err())
                .contains("/users: was there before and is gone; for no users make it an empty directory");
        assertThat(rig.run("lookup", "203.0.113.7").exit()).isZero();
        Files.move(state.resolve("elsewhere"), state.resolve("users"));
        assertThat(rig.run("reload").exit()).isZero();
    }

    @Test
    void aSettingsFileThatIsALinkToNothingIsNoWishForTheDefaults() throws Exception {
        Files.createSymbolicLink(rig.settingsFile(), state.resolve("unmounted/settings.toml"));
        assertThat(rig.run("check").err()).contains("scp-before-relay.toml: is a symbolic link to nothing");
    }

    @Test
    void formatsAreCheckedWithTheOtherSettingsAndEachSlipHasItsPlace() throws Exception {
        Files.createDirectories(state.resolve("formats"));
        Files.writeString(state.resolve("formats/mypop.toml"), "programs = [\"mypop\"]\nconection = \"pid\"\n");
        settings("[login_log]\nformats = \"formats\"\nservices = [\"mypop\"]\n");
        Ended check = rig.run("check");
        assertThat(check.exit()).isEqualTo(1);
        assertThat(check.out())
                .contains("unknown key 'conection'")
                .contains("formats/mypop.toml:2:1)")
                .contains("there is no [[rule]]");
        Ended serve = rig.run("serve");
        assertThat(serve.exit()).isEqualTo(78);
        assertThat(serve.err().lines())
                .anyMatch(line -> line.contains("/formats/mypop.toml:2:1: unknown key 'conection'"))
                .anyMatch(line -> line.contains("/formats/mypop.toml: there is no [[rule]]"));
        assertThat(state.resolve("leases.db")).as("nothing is touched").doesNotExist();
        settings("[login_log]\nformats = \"nosuch\"\n");
        assertThat(rig.run("serve").err())
                .contains("scp-before-relay.toml:8:1: [login_log] formats: ")
                .contains("nosuch cannot be listed (there is none)");
    }

    @Test
    void aReloadThatFailsStandsInStatusUntilOneSucceeds() throws Exception {
        rig.serve();
        assertThat(rig.run("status").exit()).isZero();
        settings("[lease]\ntrem = \"20m\"\n");
        assertThat(rig.run("reload").exit()).isEqualTo(78);
        assertThat(rig.run("status").exit()).isEqualTo(1);
        assertThat(problems())
                .containsPattern(
                        "the settings on disk are not in force since 20[0-9-]+T[0-9:]+Z: .*scp-before-relay.toml:8:1: ");
        settings("");
        assertThat(rig.run("reload").exit()).isZero();
        assertThat(rig.run("status").exit()).isZero();
    }

    @Test
    void whatNeedsAStartIsHeldAgainstTheSettingsOfTheStartAndNotOfTheLastReload() throws Exception {
        rig.serve();
        String changed = CommandRig.QUIET.replace("[ssh]\nlisten = []", "[ssh]\nlisten = [\"127.0.0.1:0\"]");
        Files.writeString(rig.settingsFile(), changed);
        for (int i = 0; i < 2; i++) {
            assertThat(rig.run("reload").out()).contains("[ssh] has changed: that counts from the next start");
        }
        settings("");
        assertThat(rig.run("reload").out()).as("as at the start again").doesNotContain("has changed");
    }
}
