package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.Nullable;

/**
 * What stands at a place in the log.
 *
 * @param frame null when it is none: somebody else wrote to the log
 */
public record LogEntry(EntryId id, @Nullable Frame frame) {}
