/**
 * How leases, decisions and answers look to programs outside: their JSON, one shape for the command line, the control socket and
 * the console. And how text from outside looks to people: {@link org.scpbeforerelay.view.Visible}.
 *
 * <p>Neighbours: {@code control}, {@code cli}, {@code console}, the log and the record. Deliberately absent: who may see what, and transport.
 */
@NullMarked
package org.scpbeforerelay.view;

import org.jspecify.annotations.NullMarked;
