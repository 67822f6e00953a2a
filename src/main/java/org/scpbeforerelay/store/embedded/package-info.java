/**
 * The store of one host: an SQLite file that a person can read with {@code sqlite3}.
 *
 * <p>{@link org.scpbeforerelay.store.embedded.SqliteLeaseStore} is the port's provider; around it: how the file is made, locked
 * and set aside when it is damaged ({@code StoreFile}), how a lease is a row ({@code LeaseRows}), what a failure means for the
 * operator ({@code SqliteFault}), where the native library is unpacked ({@code NativeLibrary}). Neighbours: only the
 * registry uses a store, from one thread. Deliberately absent: judgement of leases, clocks of its own, repair: a damaged store is
 * set aside whole, because half a truth about who may relay is worse than none.
 */
@NullMarked
package org.scpbeforerelay.store.embedded;

import org.jspecify.annotations.NullMarked;
