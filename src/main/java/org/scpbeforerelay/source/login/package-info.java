/**
 * Logins found in logs as announcements: pop-before-relay, and ssh-before-relay.
 *
 * <p>{@code follow} brings lines of plain files and of the journal, {@code format} says which of them is a login, and this
 * package makes an announcement of it: device {@code login}, one lease for each address, from the line's time. The wired
 * whole is {@link org.scpbeforerelay.source.login.LoginLog}:
 *
 * <pre>{@code
 * var login = settings.loginLog();
 * var log = new LoginLog(
 *         new LoginLogSettings(login.files(), login.journal(), login.services(), login.formats(),
 *                 login.term().toMillis(), login.endAtLogout(), dataDirectory.resolve("login-log"), ZoneId.systemDefault()),
 *         registry);          // throws FormatException: a settings error, with file:line
 * log.start();                // after Registry.open
 * log.adopt(newSettings);     // at a reload; throws FormatException and leaves everything as it was
 * log.health();               // for status, check and metrics: one ServiceHealth for each service
 * log.close();                // before the RegistryThread is closed
 * }</pre>
 *
 * {@code users = "any"} is {@link org.scpbeforerelay.announce.Roster#strangers}. {@code check --log FILE} needs only {@link
 * org.scpbeforerelay.source.login.format.LoginFormats} and {@code LineJudge.explainLine}.
 *
 * <p>Neighbours: {@code registry} judges and records. Deliberately absent: rules on who may have a lease on what address (a
 * loopback login is announced like any other, and refused).
 */
@NullMarked
package org.scpbeforerelay.source.login;

import org.jspecify.annotations.NullMarked;
