/**
 * The lookup listener: mail servers ask whether a client address may relay, by three protocols on the same sockets.
 *
 * <p>{@link org.scpbeforerelay.lookup.LookupListener} opens the sockets, {@link org.scpbeforerelay.lookup.LookupLoop} is the one
 * thread that serves all connections, and a codec per protocol opens with its wire format and limits. Answers come from the
 * {@link org.scpbeforerelay.relay.RelayDesk}, at the moment of the question. Neighbours: {@code relay} decides, {@code daemon}
 * starts it. Deliberately absent: any decision of its own, any cache of decisions, DNS, writing to the book.
 */
@NullMarked
package org.scpbeforerelay.lookup;

import org.jspecify.annotations.NullMarked;
