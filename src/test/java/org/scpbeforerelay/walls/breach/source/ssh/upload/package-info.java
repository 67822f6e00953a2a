/**
 * Where uploads of the SSH endpoint would be, in the house of planted breaches. Neighbours: those that it must not have. Deliberately absent: any use.
 */
@NullMarked
package org.scpbeforerelay.walls.breach.source.ssh.upload;

import org.jspecify.annotations.NullMarked;
