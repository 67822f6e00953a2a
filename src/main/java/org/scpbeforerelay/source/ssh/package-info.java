/**
 * The built-in SSH endpoint: announcements by scp, sftp, {@code announce} and held connections.
 *
 * <p>{@link org.scpbeforerelay.source.ssh.SshEndpoint} listens; a key is looked up in the
 * {@link org.scpbeforerelay.source.ssh.Keyring}; a connection that has proved who it is becomes a
 * {@link org.scpbeforerelay.source.ssh.Visitor}, who announces, revokes and lists at the registry. The SSH protocol itself is
 * Apache MINA SSHD's; what is said on channels is ours. Neighbours: {@code registry}, {@code key}, and {@code upload} below.
 * Deliberately absent: shells, terminals, agents, environments, forwarding of any kind, passwords, a file system.
 */
@NullMarked
package org.scpbeforerelay.source.ssh;

import org.jspecify.annotations.NullMarked;
