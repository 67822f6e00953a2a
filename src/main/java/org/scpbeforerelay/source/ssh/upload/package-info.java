/**
 * The two ways in which a file comes in over SSH: {@code scp -t} and SFTP version 3, for writing only.
 *
 * <p>Each is a protocol by itself: bytes in through {@link org.scpbeforerelay.source.ssh.upload.Conversation}, bytes out
 * through {@link org.scpbeforerelay.source.ssh.upload.ClientLine}, whole small files to
 * {@link org.scpbeforerelay.source.ssh.upload.Delivery}. Neighbour: {@code source.ssh}, which puts channels around it.
 * Deliberately absent: a file system (files live in memory until they are judged), threads, and the SSH library.
 */
@NullMarked
package org.scpbeforerelay.source.ssh.upload;

import org.jspecify.annotations.NullMarked;
