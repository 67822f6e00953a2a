package org.scpbeforerelay.source.ssh;

import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.kex.extension.KexExtensions;

/**
 * What one client may say before it has proved who it is: enough for a key exchange and for six proofs, and nothing that does
 * not lead there. The library answers whatever else comes, message for message, whether the client reads the answers or not.
 *
 * <p>By the numbers of RFC 4250 section 4.1.2: the transport's own messages; one key exchange, which costs us more than the
 * client; one request for a service, since each begins the login grace anew; requests to be authenticated. {@link #BYTES_MAX}
 * bytes in all.
 */
final class BeforeProof {
    /** A certificate for 256 names has some 8 KiB, and there are six attempts, each with a question. */
    static final int BYTES_MAX = 128 * 1024;

    private int bytes;
    private boolean exchanged;
    private boolean served;

    /** Counts bytes that came; false when they are too many. */
    boolean mayCome(int more) {
        bytes += more;
        return bytes <= BYTES_MAX;
    }

    /** Whether a message of this type belongs here, after those that came before. */
    boolean maySay(int type) {
        return switch (type) {
            case SshConstants.SSH_MSG_DISCONNECT,
                    SshConstants.SSH_MSG_IGNORE,
                    SshConstants.SSH_MSG_UNIMPLEMENTED,
                    SshConstants.SSH_MSG_DEBUG,
                    KexExtensions.SSH_MSG_EXT_INFO,
                    SshConstants.SSH_MSG_NEWKEYS,
                    SshConstants.SSH_MSG_USERAUTH_REQUEST -> true;
            case SshConstants.SSH_MSG_KEXINIT -> {
                boolean first = !exchanged;
                exchanged = true;
                yield first;
            }
            case SshConstants.SSH_MSG_SERVICE_REQUEST -> {
                boolean first = !served;
                served = true;
                yield first;
            }
            default -> type >= SshConstants.SSH_MSG_KEX_FIRST && type <= SshConstants.SSH_MSG_KEX_LAST;
        };
    }
}
