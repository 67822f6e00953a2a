package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plain lines: no program takes part. */
final class LinesTableTest extends AwayTableContract {
    @Override
    TableType type() {
        return TableType.LINES;
    }

    @Override
    TableTools tools() {
        return TableTools.ofPath();
    }

    @Override
    String line(String address) {
        return address;
    }

    @Test
    void aNetworkAroundTheHostIsAbsent() throws Exception {
        scene.grantNetwork64("gerard/gwaihir", "2a01:238:1::7");
        scene.round();
        assertThat(read()).containsExactly("2a01:238:1::/64");
        scene.hostAddresses("2a01:238:1::25");
        scene.round();
        assertThat(read()).isEmpty();
    }

    @Override
    List<String> read() throws IOException {
        return Files.readAllLines(scene.files().published());
    }
}
