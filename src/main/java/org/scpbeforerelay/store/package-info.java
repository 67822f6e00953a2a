/**
 * Where leases are recorded so that they outlive the process: the port, and one folder per technology.
 *
 * <p>Neighbours: only {@code registry} writes and reads a store; it is the one writer. Deliberately absent: judgement. A store
 * gives back what was committed and nothing else; whether that is still a lease is for the registry to say.
 */
@NullMarked
package org.scpbeforerelay.store;

import org.jspecify.annotations.NullMarked;
