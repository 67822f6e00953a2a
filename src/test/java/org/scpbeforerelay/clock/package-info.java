/** Time that a test sets: {@link org.scpbeforerelay.clock.SettableClock}. */
@NullMarked
package org.scpbeforerelay.clock;

import org.jspecify.annotations.NullMarked;
