/**
 * One lease book on many hosts: an ordered log on an engine that all of them reach, merged into each host's own book.
 *
 * <p>What is pure lies here: the {@link org.scpbeforerelay.store.shared.RecordCodec records} of the log, the {@link
 * org.scpbeforerelay.store.shared.Marks last word} on each place of the book, and the {@link
 * org.scpbeforerelay.store.shared.Follower way back} after the engine was away. {@link
 * org.scpbeforerelay.store.shared.SharedStore} is the {@link org.scpbeforerelay.store.LeaseStore} that the registry has; it keeps
 * this host's own record beside the log, so a host answers and starts without the engine. The engine is a {@link
 * org.scpbeforerelay.store.shared.LogEngine port}; {@code redis} below has the real one, the simulation another. Neighbours: {@code
 * store} (the port), {@code lease}. Deliberately absent: elections, locks and agreement. Words are ordered by their stamp, and
 * every host draws the same book from the same words in whatever order they reach it.
 */
@NullMarked
package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.NullMarked;
