/**
 * A house with the same rooms as the program, in which somebody broke through each wall once. Neighbours: {@code WallsTest}
 * alone. Deliberately absent: any class that does something.
 */
@NullMarked
package org.scpbeforerelay.walls.breach;

import org.jspecify.annotations.NullMarked;
