package org.scpbeforerelay.source.ssh.upload;

/** The way back to the client. Safe from any thread; never blocks; what is said after {@link #exit} is dropped. */
public interface ClientLine {
    /** Sends bytes on the channel's standard output. */
    void out(byte[] bytes);

    /** Sends a line of text on the channel's standard error, which clients show on the terminal. */
    void err(String line);

    /** Ends the channel with this exit status, after all that was sent before. */
    void exit(int status);
}
