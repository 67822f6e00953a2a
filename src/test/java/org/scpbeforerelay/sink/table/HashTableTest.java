package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Postfix's hash tables, by the real postmap. */
@Tag("e2e")
final class HashTableTest extends IndexedTableContract {
    @Override
    TableType type() {
        return TableType.HASH;
    }

    @Test
    void pitfall31TheRestOfAKilledPostmapIsNotInTheNextOnesWay() throws Exception {
        Path index = scene.files().indexOf(scene.files().beside());
        Files.createFile(index.resolveSibling("__db." + index.getFileName()));
        scene.grant("gerard/gwaihir", "203.0.113.7", 600_000);
        scene.round();
        assertThat(scene.health().failure()).isNull();
        assertThat(read()).containsExactly("203.0.113.7 OK");
    }
}
