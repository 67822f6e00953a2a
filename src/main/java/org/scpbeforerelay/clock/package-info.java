/**
 * Time: what a {@link org.scpbeforerelay.clock.Moment} is, where it comes from, and how durations are counted.
 *
 * <p>The core takes a Moment as an argument and never asks a clock; the registry and the lookup listener ask a
 * {@link org.scpbeforerelay.clock.Clock}. Deliberately absent: timers, sleeping, time zones.
 */
@NullMarked
package org.scpbeforerelay.clock;

import org.jspecify.annotations.NullMarked;
