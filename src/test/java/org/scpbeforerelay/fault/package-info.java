/**
 * What must hold of a pool of relay hosts whatever is killed, cut off, frozen or emptied, said over a recorded history.
 *
 * <p>What was asked of the hosts, what they answered and permitted, and what the engines' logs had is a {@link
 * org.scpbeforerelay.fault.History}; the {@link org.scpbeforerelay.fault.HistoryChecker} says what in a history must not be.
 * Deliberately absent: any knowledge of how the store works. The checker knows announcements, revocations, answers, and one
 * clock: {@code System.nanoTime}, which all processes of a machine share.
 */
@NullMarked
package org.scpbeforerelay.fault;

import org.jspecify.annotations.NullMarked;
