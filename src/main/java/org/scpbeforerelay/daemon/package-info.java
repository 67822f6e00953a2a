/**
 * The daemon: one composition root that wires sources, registry, store, lookup and control, and starts in-process in tests.
 *
 * <p>Neighbours: {@code cli} starts it. Deliberately absent: rules of any kind, and wiring anywhere else.
 */
@NullMarked
package org.scpbeforerelay.daemon;

import org.jspecify.annotations.NullMarked;
