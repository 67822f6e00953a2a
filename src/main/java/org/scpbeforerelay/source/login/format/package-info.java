/**
 * From a line of a log to what it says of a login.
 *
 * <p>A line has a front (who wrote it, when) and a message. {@link org.scpbeforerelay.source.login.format.LineFront} takes the
 * front off; {@link org.scpbeforerelay.source.login.format.LineJudge} holds the message against the
 * {@link org.scpbeforerelay.source.login.format.LoginFormat}s of the program that wrote it, and of no other. Formats are
 * data: a file each in {@code formats/}, with samples of its lines beside it in {@code samples/}, which are the test.
 *
 * <p>Neighbours: {@code source.login.follow} brings the lines, {@code source.login} turns logins into announcements. Only
 * {@code address} of the core is known here. Deliberately absent: files, threads, the clock; a search for a pattern anywhere
 * in a line (what a stranger said and another program quoted must stay a quotation).
 */
@NullMarked
package org.scpbeforerelay.source.login.format;

import org.jspecify.annotations.NullMarked;
