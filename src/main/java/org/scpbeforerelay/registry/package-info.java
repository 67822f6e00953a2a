/**
 * The one writer: judges announcements in their order, records the verdict durably, publishes it to the book, answers.
 *
 * <p>What was answered "granted" is on disk and in the book. Announcements that arrive while a commit runs share the next one.
 * {@link org.scpbeforerelay.registry.Registry#runOnce} is one such round and needs no thread, which is how the simulation
 * drives it; {@link org.scpbeforerelay.registry.RegistryThread} runs the rounds in the daemon. Neighbours: sources call
 * {@code announce}, {@code store} records, {@code lookup} asks the {@link org.scpbeforerelay.relay.RelayDesk}, sinks
 * listen. Deliberately absent: any other thread that writes the book.
 */
@NullMarked
package org.scpbeforerelay.registry;

import org.jspecify.annotations.NullMarked;
