package org.scpbeforerelay.source.login.format;

import org.jspecify.annotations.Nullable;

/**
 * A line of a log without its front. Texts hold one byte of the log in each character (ISO 8859-1).
 *
 * @param atMs when it was written, by the wall clock; never later than the moment of reading
 * @param program the tag: {@code dovecot}, {@code sshd-session}, {@code cyrus/imaps}
 * @param pid the number in brackets after the tag, 0 where there is none
 * @param message what the program said
 * @param origin who wrote it, as the journal vouches; null for a line of a plain file, where the tag is the writer's word
 */
public record LogLine(
        long atMs,
        String program,
        int pid,
        String message,
        @Nullable Origin origin) {
    /**
     * The journal's trusted fields.
     *
     * @param comm {@code _COMM}, the name of the process
     * @param uid {@code _UID}, its user
     */
    public record Origin(String comm, long uid) {}
}
