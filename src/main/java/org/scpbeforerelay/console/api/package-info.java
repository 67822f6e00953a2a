/**
 * The API under {@code /api/v1/}: JSON, server-sent events, and its own description. Neighbours: {@code console} routes to it.
 * Deliberately absent: who may ask.
 */
@NullMarked
package org.scpbeforerelay.console.api;

import org.jspecify.annotations.NullMarked;
