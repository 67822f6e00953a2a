/**
 * The seeded simulation: clients, operator, reloads, both clocks, reboots, a failing store and crashes around the real registry,
 * rules and book, and in some runs the real embedded store.
 *
 * <p>{@link org.scpbeforerelay.simulation.Simulation} acts by a seed and compares; {@link
 * org.scpbeforerelay.simulation.Model} is the naive account of what must be, written without a look at the real rules. A
 * failure prints its seed and the last acts; {@code -Dsimulation.seed=N} runs that one again, {@code -Dsimulation.runs=N} so many.
 * Deliberately absent: threads, sleeping, the real time.
 */
@NullMarked
package org.scpbeforerelay.simulation;

import org.jspecify.annotations.NullMarked;
