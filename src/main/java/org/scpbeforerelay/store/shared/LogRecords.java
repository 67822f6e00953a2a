package org.scpbeforerelay.store.shared;

import java.util.List;

/** An entry of the log, read. */
record LogRecords(EntryId id, String writer, long epoch, long sequence, List<SharedRecord> records) {}
