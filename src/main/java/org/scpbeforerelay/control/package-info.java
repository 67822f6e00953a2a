/**
 * The control socket: how the commands talk to the running daemon.
 *
 * <p>A unix stream socket, mode 0660: whoever may open it may open the relay, so its group is the operators' group. One JSON
 * object per line and question; answers are one or more lines, the last of which has {@code "end"} or {@code "error"}. The
 * peer's user is taken from the kernel (SO_PEERCRED, unix(7)) and goes with the question. Neighbours: {@code cli} asks,
 * {@code daemon} answers. Deliberately absent: TCP, passwords, what the questions mean.
 */
@NullMarked
package org.scpbeforerelay.control;

import org.jspecify.annotations.NullMarked;
