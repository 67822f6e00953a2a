/**
 * The commands: what a person or a script types, and what it gets to read.
 *
 * <p>One class per command; they ask the running daemon through {@code control}, or, like {@code user}, work on the files of
 * {@code config}. Neighbours: {@code daemon} is started by {@code serve} and {@code try}. Deliberately absent: decisions. What
 * may relay is said by the daemon alone.
 */
@NullMarked
package org.scpbeforerelay.cli;

import org.jspecify.annotations.NullMarked;
