package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** Plain lines: no program takes part. */
final class LinesTableTest extends TableContract {
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

    @Override
    List<String> read() throws IOException {
        return Files.readAllLines(scene.files().published());
    }
}
