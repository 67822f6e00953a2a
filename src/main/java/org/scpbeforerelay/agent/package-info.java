/**
 * The client's agent: keeps the lease of the machine that it runs on, by driving the system's {@code ssh}.
 *
 * <p>What is ours: which addresses this machine has ({@link org.scpbeforerelay.agent.LocalAddresses}), the notice of their change
 * ({@link org.scpbeforerelay.agent.AddressWatch}), when to announce again ({@link org.scpbeforerelay.agent.Way}), and what
 * {@code ssh} meant by its exit ({@link org.scpbeforerelay.agent.SshAnswer}). Neighbours: {@code cli} starts an
 * {@link org.scpbeforerelay.agent.Agent} and prints its events. Deliberately absent: SSH itself (known hosts, keys, agents and
 * {@code ~/.ssh/config} are the user's own), decisions about leases (the server's), any file.
 */
@NullMarked
package org.scpbeforerelay.agent;

import org.jspecify.annotations.NullMarked;
