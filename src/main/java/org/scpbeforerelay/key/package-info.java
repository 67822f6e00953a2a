/**
 * The public keys that prove who a user is: one line as sshd(8) describes it under AUTHORIZED_KEYS FILE FORMAT.
 *
 * <p>Pure. {@link org.scpbeforerelay.key.AuthorizedKey#parse} reads a line, says what is wrong with it, and gives a value that
 * the settings keep and the SSH endpoint asks. Neighbours: {@code config} reads the lines out of the users' files,
 * {@code source.ssh} compares what a client presents. Deliberately absent: signatures and every other kind of cryptography
 * but the fingerprint; names of hosts, which would need DNS.
 */
@NullMarked
package org.scpbeforerelay.key;

import org.jspecify.annotations.NullMarked;
