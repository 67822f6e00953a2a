/**
 * Follows logs: plain files through every kind of rotation, and the systemd journal. Each line is handed over once, in order,
 * also over a restart; a place is saved only when what was read before it has been taken in.
 *
 * <p>Neighbours: {@code source.login} takes the lines. Deliberately absent: what a line means; inotify (a look every 50 ms finds
 * rotations and truncations too, on any file system, and costs two system calls).
 */
@NullMarked
package org.scpbeforerelay.source.login.follow;

import org.jspecify.annotations.NullMarked;
