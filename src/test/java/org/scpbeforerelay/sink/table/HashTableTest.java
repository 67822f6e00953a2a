package org.scpbeforerelay.sink.table;

import org.junit.jupiter.api.Tag;

/** Postfix's hash tables, by the real postmap. */
@Tag("e2e")
final class HashTableTest extends IndexedTableContract {
    @Override
    TableType type() {
        return TableType.HASH;
    }
}
