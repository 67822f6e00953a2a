/**
 * The PROXY protocol: what a TCP proxy says about the client for whom it calls.
 *
 * <p>Bytes in, a value out; no connection, no setting, no log. Who may say such a thing, and what follows from it, is decided
 * by {@code source.ssh}, the only neighbour. Deliberately absent: writing headers, connections other than TCP, and any meaning of
 * the fields that may follow the addresses (TLS of the client, names of networks), of which the checksum alone is verified.
 */
@NullMarked
package org.scpbeforerelay.source.ssh.proxy;

import org.jspecify.annotations.NullMarked;
