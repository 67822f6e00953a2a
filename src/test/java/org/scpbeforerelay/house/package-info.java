/**
 * The house rules: what holds for the repository as a whole rather than for one part of the program. The scripts are sound and find
 * their tools; sources stay small and say their duty; nothing of the place where they were written is left in them.
 *
 * <p>Neighbours: none; these tests read files. Deliberately absent: the walls between packages, which ArchUnit holds.
 */
@NullMarked
package org.scpbeforerelay.house;

import org.jspecify.annotations.NullMarked;
