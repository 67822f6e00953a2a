/**
 * The files of the record: which there are, how they are named, how they are read. JSON lines, one event a line, the oldest first. Neighbours:
 * {@code sink.history} writes them, {@code cli} and the console read them, also while the daemon is away. Deliberately absent: an index; a file's
 * name says when it begins, which spares reading what is too old.
 */
@NullMarked
package org.scpbeforerelay.history;

import org.jspecify.annotations.NullMarked;
