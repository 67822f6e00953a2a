package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import org.apache.sshd.common.config.keys.u2f.SecurityKeyPublicKey;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.auth.UserAuth;
import org.apache.sshd.server.auth.UserAuthFactory;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKey;
import org.apache.sshd.server.session.ServerSession;

/**
 * The proof of a key: its signature (RFC 4252 section 7), and of a key on a security token that was marked
 * {@code verify-required} also that its owner proved to be there. A touch is asked for of every security token: the library
 * demands it of keys that it does not know otherwise, so {@code no-touch-required} has no effect.
 */
final class PublicKeyProof extends UserAuthPublicKey {
    /** The flag that the owner was verified, OpenSSH's PROTOCOL.u2f. */
    private static final int VERIFIED = 4;

    /** Makes one for each connection. */
    static final class Factory implements UserAuthFactory {
        @Override
        public String getName() {
            return UserAuthPublicKey.NAME;
        }

        @Override
        public UserAuth createUserAuth(ServerSession session) throws IOException {
            return new PublicKeyProof();
        }
    }

    @Override
    protected boolean verifySignature(
            ServerSession session,
            String username,
            String algorithm,
            PublicKey key,
            Buffer buffer,
            Signature verifier,
            byte[] signature)
            throws Exception {
        Identity identity = session.getAttribute(KeyCheck.IDENTITY);
        boolean wanted =
                identity != null && identity.key() != null && identity.key().verifyRequired();
        if (wanted && !(key instanceof SecurityKeyPublicKey && ownerVerified(signature))) {
            return false;
        }
        return super.verifySignature(session, username, algorithm, key, buffer, verifier, signature);
    }

    /** {@code string type, string signature, byte flags, uint32 counter}. */
    private static boolean ownerVerified(byte[] signature) {
        try {
            ByteBuffer left = ByteBuffer.wrap(signature);
            for (int strings = 0; strings < 2; strings++) {
                int length = left.getInt();
                if (length < 0 || length > left.remaining()) {
                    return false;
                }
                left.position(left.position() + length);
            }
            return (left.get() & VERIFIED) != 0;
        } catch (BufferUnderflowException e) {
            return false;
        }
    }
}
