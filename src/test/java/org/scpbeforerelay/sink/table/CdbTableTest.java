package org.scpbeforerelay.sink.table;

import org.junit.jupiter.api.Tag;

/** Postfix's cdb tables, by the real postmap. */
@Tag("e2e")
final class CdbTableTest extends IndexedTableContract {
    @Override
    TableType type() {
        return TableType.CDB;
    }
}
