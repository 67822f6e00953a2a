package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code table --expire} by root's hand, in a folder in which the daemon may make any name. Giving folders away takes root. */
@Tag("e2e")
final class RootsExpiryTest {
    private static final int DAEMON = 60_321;

    @TempDir
    Path temp;

    private Path folder;
    private Path precious;
    private TableScene scene;

    @BeforeEach
    void leaveATable() throws Exception {
        folder = Files.createDirectory(temp.resolve("tables"));
        precious = Files.writeString(temp.resolve("precious"), "root's own\n");
        scene = new TableScene(
                folder, new TableSettings("relay-clients", TableType.LINES, TableValue.OK), TableTools.ofPath());
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.round();
        scene.kill();
        scene.clock.passMs(60_000);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private static void giveAway(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", DAEMON, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void rootWritesThroughNoNameOfAnotherUsersFolder() throws Exception {
        giveAway(folder);
        Files.createSymbolicLink(scene.files().beside(), precious);
        assertThatThrownBy(scene::expire)
                .isInstanceOf(TableException.class)
                .hasMessageContaining("belongs to 60321")
                .hasMessageContaining("setpriv --reuid=60321");
        assertThat(precious).hasContent("root's own\n");
        assertThat(Files.readAllLines(scene.files().published())).hasSize(1);
    }

    @Test
    void rootFollowsNoLinkThatAnotherUserMadeOfTheFolder() throws Exception {
        Path link = Files.createSymbolicLink(temp.resolve("link"), folder);
        giveAway(link);
        TableExpirer expirer = new TableExpirer(link, TableTools.ofPath(), scene.clock);
        assertThatThrownBy(expirer::expire).isInstanceOf(TableException.class).hasMessageContaining("60321");
    }

    @Test
    void inItsOwnFolderRootDoesIt() throws Exception {
        assertThat(scene.expire().tables())
                .isEqualTo(List.of(new TableExpirer.Outcome("lines:relay-clients", 1, 0, null)));
    }
}
