/**
 * What users have used of their limits, as lines of a file: appended at each count, written anew when there are many.
 *
 * <p>{@link org.scpbeforerelay.store.journal.QuotaJournal} opens with the file's format. Neighbours: the port in {@code store}; {@code
 * lookup} counts and records. Deliberately absent: judgement, and knowledge of limits in force.
 */
@NullMarked
package org.scpbeforerelay.store.journal;

import org.jspecify.annotations.NullMarked;
