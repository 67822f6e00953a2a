/**
 * The console: a page for people, an API for programs, metrics for monitoring, over HTTP on one loopback port.
 *
 * <p>{@link org.scpbeforerelay.console.ConsoleServer} listens and bounds what a visitor may cost; {@link
 * org.scpbeforerelay.console.Door} says who may come in: nothing but health and metrics without the token. Neighbours: the
 * registry's book is read, {@code history} gives the record, everything else comes through {@link
 * org.scpbeforerelay.console.ConsoleDesk}, which the daemon implements. Below: {@code api} (JSON and server-sent events),
 * {@code page} (HTML and SVG), {@code metrics} (OpenMetrics), {@code follow} (what has happened lately, kept in memory, bounded).
 * Deliberately absent: TLS (a proxy's affair, or {@code ssh -L}), accounts, any file of another host, and any effect on lookups.
 */
@NullMarked
package org.scpbeforerelay.console;

import org.jspecify.annotations.NullMarked;
