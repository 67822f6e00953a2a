/**
 * Where commands would be, in the house of planted breaches. Neighbours: those that it must not have. Deliberately absent: any use.
 */
@NullMarked
package org.scpbeforerelay.walls.breach.cli;

import org.jspecify.annotations.NullMarked;
