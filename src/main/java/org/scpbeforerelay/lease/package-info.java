/**
 * Leases: who may relay from which client address, since when and until when; and the book that holds them.
 *
 * <p>Pure: time comes in as a {@link org.scpbeforerelay.clock.Moment}, nothing here reads a clock, a file or a socket, starts a
 * thread or writes a log line. Neighbours: {@code announce} decides what becomes a lease, {@code relay} asks the book,
 * {@code registry} is the one that writes it. Deliberately absent: a sweep that decides. Whether a lease is active is asked at
 * the moment of the question; the {@link org.scpbeforerelay.lease.ExpiryQueue} only tells when to tidy up.
 */
@NullMarked
package org.scpbeforerelay.lease;

import org.jspecify.annotations.NullMarked;
