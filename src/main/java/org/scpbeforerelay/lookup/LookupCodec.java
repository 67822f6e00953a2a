package org.scpbeforerelay.lookup;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One protocol. Reads a request from a connection's bytes and writes the answer. Used by the one thread of the
 * {@link LookupLoop} alone; what belongs to a connection is kept there, not here.
 */
sealed interface LookupCodec permits PolicyCodec, SocketmapCodec, TcpTableCodec {
    /** The most that an answer takes, in bytes: a codec is only called with so much room. */
    int ANSWER_MAX = 512;

    /** The request is not all there yet. */
    int INCOMPLETE = -1;

    /** The bytes are no request of this protocol, and what follows them cannot be told. */
    int MALFORMED = -2;

    /** The request is longer than its protocol's limit. */
    int OVERSIZED = -3;

    /**
     * Answers the request that begins at {@code from}.
     *
     * @param bytes read up to {@code to}, not beyond; not kept
     * @param answer has room for {@link #ANSWER_MAX} bytes
     * @return where the next request begins, or one of the above, with nothing written
     */
    int answer(byte[] bytes, int from, int to, ByteBuffer answer);

    /**
     * Whether bytes that have come to an incomplete request can have completed it, or spoiled it. Looks at those bytes alone, and at the
     * line that they end: a request that trickles in must not be read from its beginning at every byte, nor at every line.
     *
     * @param from where the request begins
     * @param fresh where the bytes begin that came since it was found incomplete
     */
    boolean mayBeComplete(byte[] bytes, int from, int fresh, int to);

    /** Which protocol it is. */
    LookupProtocol protocol();

    /** The codecs of one listener. */
    record Codecs(PolicyCodec policy, SocketmapCodec socketmap, TcpTableCodec tcpTable) {
        /**
         * Tells the protocol by the first bytes: a digit begins a netstring, {@code get } or {@code put } a tcp_table request,
         * any other letter an attribute's name.
         *
         * @return null when there are too few bytes to tell
         * @throws NoSuchProtocol when it is none of the three
         */
        @Nullable
        LookupCodec tell(byte[] bytes, int from, int to) throws NoSuchProtocol {
            if (from == to) {
                return null;
            }
            byte first = bytes[from];
            if (first >= '0' && first <= '9') {
                return socketmap;
            }
            if (!(first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z' || first == '_')) {
                throw new NoSuchProtocol();
            }
            if (first != 'g' && first != 'p') {
                return policy;
            }
            int length = Math.min(4, to - from);
            if (!TcpTableCodec.isVerb(bytes, from, length)) {
                return policy;
            }
            return length == 4 ? tcpTable : null;
        }
    }

    /** The first bytes begin no protocol that is spoken here. */
    final class NoSuchProtocol extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
