package org.scpbeforerelay.source.ssh.upload;

/** What is said on one channel. Calls come one after the other, from any thread; none of them blocks. */
public interface Conversation {
    /** The channel is open. */
    void begin();

    /** The client sent bytes, which are the conversation's only during the call. */
    void data(byte[] bytes, int offset, int length);

    /** The client will send no more. */
    void endOfInput();

    /** How many bytes it keeps of what the client sent, about. */
    int kept();
}
