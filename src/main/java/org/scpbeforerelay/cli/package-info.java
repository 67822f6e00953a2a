/**
 * The command line: one class for each command, each of which reads its arguments, asks the part that knows, and prints.
 *
 * <p>Neighbours: {@code daemon} for {@code serve} and {@code try}, the control socket for all that speaks to a running daemon.
 * Deliberately absent: any decision about leases.
 */
@NullMarked
package org.scpbeforerelay.cli;

import org.jspecify.annotations.NullMarked;
