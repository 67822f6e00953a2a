package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
    @TempDir
    Path root;

    @Test
    void stateDirectoryHoldsEverything() throws Exception {
        Files.createDirectories(root.resolve("etc/scp-before-relay"));
        Places places = Places.find(Path.of("/srv/sbr"), null, Map.of("HOME", "/home/gerard"), root);
        assertThat(places)
                .isEqualTo(new Places(
                        Path.of("/srv/sbr/scp-before-relay.toml"),
                        Path.of("/srv/sbr/users"),
                        Path.of("/srv/sbr"),
                        Path.of("/srv/sbr/run")));
        assertThat(places.tablesDirectory()).isEqualTo(Path.of("/srv/sbr/tables"));
        assertThat(places.controlSocket()).isEqualTo(Path.of("/srv/sbr/run/control"));
        assertThat(places.hostKeysDirectory(Settings.DEFAULTS)).isEqualTo(Path.of("/srv/sbr/host-keys"));
    }

    @Test
    void relativeStateDirectoryIsMadeAbsolute() throws Exception {
        assertThat(Places.find(Path.of("sbr"), null, Map.of(), root).dataDirectory())
                .isEqualTo(Path.of("sbr").toAbsolutePath());
    }

    @Test
    void systemPlacesAreTakenWhereTheirDirectoryIs() throws Exception {
        Files.createDirectories(root.resolve("etc/scp-before-relay"));
        assertThat(Places.find(null, null, Map.of("HOME", "/home/gerard"), root))
                .isEqualTo(new Places(
                        root.resolve("etc/scp-before-relay/scp-before-relay.toml"),
                        root.resolve("etc/scp-before-relay/users"),
                        root.resolve("var/lib/scp-before-relay"),
                        root.resolve("run/scp-before-relay")));
    }

    @Test
    void elseTheStateDirectoryOfThisPerson() throws Exception {
        Map<String, String> both = Map.of("HOME", "/home/gerard", "XDG_STATE_HOME", "/home/gerard/state");
        assertThat(Places.find(null, null, both, root).settingsFile())
                .isEqualTo(Path.of("/home/gerard/state/scp-before-relay/scp-before-relay.toml"));
        Map<String, String> relative = Map.of("HOME", "/home/gerard", "XDG_STATE_HOME", "state");
        assertThat(Places.find(null, null, relative, root).dataDirectory())
                .isEqualTo(Path.of("/home/gerard/.local/state/scp-before-relay"));
    }

    @Test
    void settingsFileMayBeElsewhere() throws Exception {
        Path other = Files.createFile(root.resolve("other.toml"));
        Places places = Places.find(Path.of("/srv/sbr"), other, Map.of(), root);
        assertThat(places.settingsFile()).isEqualTo(other);
        assertThat(places.usersDirectory()).isEqualTo(Path.of("/srv/sbr/users"));
    }

    @Test
    void noPlaceAtAllIsSaidWithTheRemedy() {
        assertThatThrownBy(() -> Places.find(null, null, Map.of(), root))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--state DIR");
    }

    @Test
    void socketPathTooLongForTheKernelIsSaidWithTheRemedy() throws Exception {
        String longest = "/" + "x".repeat(ListenAddress.UNIX_PATH_BYTES_MAX - "/".length() - "/run/control".length());
        Places places = Places.find(Path.of(longest), null, Map.of(), root);
        assertThat(places.controlSocket().toString()).hasSize(107);
        assertThatThrownBy(() -> Places.find(Path.of(longest + "x"), null, Map.of(), root))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("at most 107 bytes")
                .hasMessageContaining("has 108; choose a shorter one with --state DIR");
    }
}
