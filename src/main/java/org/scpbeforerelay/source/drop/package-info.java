/**
 * Drop directories: the hint's way, files that the system's own sshd put there.
 *
 * <p>{@link org.scpbeforerelay.source.drop.DropSource} watches the directories that match the settings' patterns, waits until a
 * file is whole, opens it in the one safe way ({@link org.scpbeforerelay.source.drop.DropReader}) and announces what it says
 * as the directory's owner. Neighbours: {@code registry}, which judges; {@code announce}, which reads a file's lines. Logins
 * are asked for through {@link org.scpbeforerelay.source.drop.LoginEvidence}. Deliberately absent: anything that writes,
 * moves or deletes in a user's directory, and log files.
 */
@NullMarked
package org.scpbeforerelay.source.drop;

import org.jspecify.annotations.NullMarked;
