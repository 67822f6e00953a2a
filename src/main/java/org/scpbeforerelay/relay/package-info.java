/**
 * Relay decisions: may this client address relay now, for this sender?
 *
 * <p>Pure. {@link org.scpbeforerelay.relay.RelayRules} weighs each lease on the address and is the only place that does:
 * what a mail server is told and what {@code explain} says are the same call. Neighbours: {@code lookup} asks, {@code
 * lease} is asked. Deliberately absent: protocols and their words.
 */
@NullMarked
package org.scpbeforerelay.relay;

import org.jspecify.annotations.NullMarked;
