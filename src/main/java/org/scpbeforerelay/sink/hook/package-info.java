/**
 * Hooks: a program of the operator's is run at each change of a lease, with the change in its environment ({@code SBR_EVENT},
 * {@code SBR_USER}, {@code SBR_DEVICE}, {@code SBR_ADDRESS}, {@code SBR_EXPIRES_AT}).
 *
 * <p>Changes of one principal run one after the other in their order, those of different principals side by side up to
 * {@link org.scpbeforerelay.sink.hook.Hook#AT_ONCE}. What waits is bounded: renewals are folded and dropped first, and whatever else
 * has no room is said in the log and counted. Neighbours: {@code registry} tells. Wiring, for the composition root:
 * <pre>{@code
 * var hooks = new Hooks();
 * hooks.adopt(listOfHookSettings);          // at start, and at reload
 * registry.listen(hooks);
 * hooks.health();                           // for status, check, metrics
 * hooks.close();                            // before the registry's thread ends nothing more comes; waits 5 s at the most
 * }</pre>
 *
 * <p>Deliberately absent: a shell (an address is data, never a word of a command), repetition of what failed (a table that has to
 * follow the book is {@code sink.table}'s duty; a hook is told once), and any effect on the lease.
 */
@NullMarked
package org.scpbeforerelay.sink.hook;

import org.jspecify.annotations.NullMarked;
