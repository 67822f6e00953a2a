/**
 * Client addresses: strict literals in, one canonical form out.
 *
 * <p>Everything that names an address (a file sent by scp, a policy request, a key of a table, a setting) goes through
 * {@link org.scpbeforerelay.address.ClientAddress#parse} and comes out as the same value, so that an address is never one
 * thing when it is granted and another when it is looked up. Neighbours: every package of the core. Deliberately absent:
 * name resolution, sockets and {@code InetAddress.getByName}, which would accept {@code 0x7f.1} and ask DNS.
 */
@NullMarked
package org.scpbeforerelay.address;

import org.jspecify.annotations.NullMarked;
