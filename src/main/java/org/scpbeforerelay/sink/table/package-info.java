/**
 * Access tables: files from which mail servers read who may relay, kept the same as the book.
 *
 * <p>The table follows the book, not the events: a {@link org.scpbeforerelay.sink.table.TableWriter}, one for each table and with
 * a thread of its own, is only told that something changed, looks at the book and converges. So a lost, doubled or late event does no harm. What a table
 * holds is what the lookups would answer to a question that tells the address alone, so users with limits that only the policy
 * protocol can keep are absent, and so are /64 leases from kinds that know no networks.
 *
 * <p>No reader ever sees a short or missing table: {@code LmdbTable} changes one file by transactions, {@code RenamedTable}
 * builds beside and renames. What is about to be in a table is written first into a companion, {@code NAME.TYPE.ends}
 * ({@link org.scpbeforerelay.sink.table.EndsFile}), with every end, so that {@link org.scpbeforerelay.sink.table.TableExpirer}
 * can end leases while the daemon is away. A table that cannot be written is kept while every lease in it lasts, and is
 * then withdrawn: an empty one takes its place.
 *
 * <p>Neighbours: {@code lease}, {@code relay} and {@code announce} are asked, {@code registry} tells. Wiring, for the
 * composition root:
 * <pre>{@code
 * var tables = new AccessTables(
 *         places.tablesDirectory(), TableTools.ofPath(), registry.book(), registry::roster, registry::terms, clock);
 * registry.listen(tables);                  // before open(), so that nothing is missed
 * registry.open();
 * tables.start(settingsOfTables);           // takes the folder's lock, empties tables that are no longer configured
 * tables.adopt(newSettingsOfTables);        // at reload
 * tables.health();                          // for status, check, metrics
 * tables.close();                           // last of all sinks; what is leased stays in the tables
 * // table --expire:
 * new TableExpirer(places.tablesDirectory(), TableTools.ofPath(), new SystemClock()).expire();
 * }</pre>
 *
 * <p>Deliberately absent: trust in what a client sent (keys are addresses written by
 * {@link org.scpbeforerelay.address.ClientAddress#toString}), a sweep that a quiet day could hold up, and any word to the mail
 * server: those reread their tables by themselves, except OpenSMTPD, which is told.
 */
@NullMarked
package org.scpbeforerelay.sink.table;

import org.jspecify.annotations.NullMarked;
