/**
 * Measurements, started by {@code ./bench}: the daemon's parts as users run them, beside a yardstick on the same machine in the
 * same minutes.
 *
 * <p>Figures of one machine at one hour say little; what is compared is measured in turns, in short rounds, and the median
 * counts. Deliberately absent: absolute bars, but where the promise itself is absolute (memory, start).
 */
@NullMarked
package org.scpbeforerelay.bench;

import org.jspecify.annotations.NullMarked;
