/**
 * The record: what happened to leases and what was relayed by them, which announcements were refused, what operators did. JSON lines in files of the data
 * directory, appended by one thread, bounded by age and size; for {@code history}, the console, and any program that reads lines.
 *
 * <p>Renewals are folded: they have no line; the one that ends the lease says when it was last renewed. Never in it: keys (fingerprints
 * are), message content, recipients. Neighbours: {@code registry} tells, and {@code lookup} by
 * {@link org.scpbeforerelay.relay.MailWatch}; {@code daemon} wires; {@code history} knows the files and reads
 * them. Deliberately absent: any say in what is leased. A record that cannot be written
 * is a problem that {@code status} shows, and never a reason to refuse.
 */
@NullMarked
package org.scpbeforerelay.sink.history;

import org.jspecify.annotations.NullMarked;
