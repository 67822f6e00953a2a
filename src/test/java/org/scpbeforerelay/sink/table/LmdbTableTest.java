package org.scpbeforerelay.sink.table;

import org.junit.jupiter.api.Tag;

/** Postfix's lmdb tables, by the real postmap. */
@Tag("e2e")
final class LmdbTableTest extends IndexedTableContract {
    @Override
    TableType type() {
        return TableType.LMDB;
    }
}
