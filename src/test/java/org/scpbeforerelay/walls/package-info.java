/**
 * The walls of the house, held by ArchUnit: who may know whom, who may read the clock, who may write. Each wall is shown to
 * stand in the program and to fall on a breach that is planted in {@code walls.breach}, a house with the same rooms in which
 * somebody did what must not be done.
 *
 * <p>Neighbours: none; these tests read class files, and ARCHITECTURE.md. Deliberately absent: size and style, which
 * {@code house} looks after.
 */
@NullMarked
package org.scpbeforerelay.walls;

import org.jspecify.annotations.NullMarked;
