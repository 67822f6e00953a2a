package org.scpbeforerelay.key;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of public keys and what their bytes must hold: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1 (ECDSA), RFC 8709
 * section 4 (Ed25519), OpenSSH's PROTOCOL.u2f (the {@code sk-} ones).
 */
enum KeyType {
    ED25519("ssh-ed25519"),
    RSA("ssh-rsa"),
    ECDSA_256("ecdsa-sha2-nistp256"),
    ECDSA_384("ecdsa-sha2-nistp384"),
    ECDSA_521("ecdsa-sha2-nistp521"),
    SK_ED25519("sk-ssh-ed25519@openssh.com"),
    SK_ECDSA_256("sk-ecdsa-sha2-nistp256@openssh.com");

    static final int RSA_BITS_MIN = 2048;
    static final int RSA_BITS_MAX = 16384;

    final String text;

    KeyType(String text) {
        this.text = text;
    }

    static @Nullable KeyType of(String text) {
        for (KeyType type : values()) {
            if (type.text.equals(text)) {
                return type;
            }
        }
        return null;
    }

    static List<String> names() {
        return List.of(values()).stream().map(type -> type.text).toList();
    }

    /** Looks into the bytes; says why they are no such key. */
    void check(byte[] blob) throws KeySyntaxException {
        Fields fields = new Fields(ByteBuffer.wrap(blob));
        String inner = fields.text();
        if (!inner.equals(text)) {
            throw new KeySyntaxException("the line says " + text + ", but the key's bytes say '"
                    + KeySyntaxException.printable(inner) + "'; copy the whole .pub file again");
        }
        switch (this) {
            case ED25519 -> fields.exactly(32);
            case RSA -> checkRsa(fields);
            case ECDSA_256 -> checkPoint(fields, "nistp256", 32);
            case ECDSA_384 -> checkPoint(fields, "nistp384", 48);
            case ECDSA_521 -> checkPoint(fields, "nistp521", 66);
            case SK_ED25519 -> {
                fields.exactly(32);
                fields.bytes();
            }
            case SK_ECDSA_256 -> {
                checkPoint(fields, "nistp256", 32);
                fields.bytes();
            }
        }
        fields.end();
    }

    private static void checkRsa(Fields fields) throws KeySyntaxException {
        BigInteger exponent = fields.number();
        BigInteger modulus = fields.number();
        int bits = modulus.bitLength();
        if (bits < RSA_BITS_MIN) {
            throw new KeySyntaxException("an RSA key of " + bits + " bits is too short to be safe; at least "
                    + RSA_BITS_MIN + " are needed, better: ssh-keygen -t ed25519");
        }
        if (bits > RSA_BITS_MAX || !exponent.testBit(0) || exponent.bitLength() < 2 || exponent.bitLength() > 64) {
            throw new KeySyntaxException(
                    "the RSA key has impossible numbers in it; make a new one: ssh-keygen -t ed25519");
        }
    }

    private static void checkPoint(Fields fields, String curve, int size) throws KeySyntaxException {
        String named = fields.text();
        if (!named.equals(curve)) {
            throw new KeySyntaxException("the key's bytes name the curve '" + KeySyntaxException.printable(named)
                    + "' where " + curve + " must be");
        }
        byte[] point = fields.exactly(1 + 2 * size);
        if (point[0] != 4) {
            throw new KeySyntaxException("the key's point must be uncompressed, as ssh-keygen writes it");
        }
    }

    /** The strings that a key is made of (RFC 4251 section 5). */
    private record Fields(ByteBuffer left) {
        byte[] bytes() throws KeySyntaxException {
            if (left.remaining() < 4) {
                throw cut();
            }
            int length = left.getInt();
            if (length < 0 || length > left.remaining()) {
                throw cut();
            }
            byte[] bytes = new byte[length];
            left.get(bytes);
            return bytes;
        }

        String text() throws KeySyntaxException {
            return new String(bytes(), StandardCharsets.ISO_8859_1);
        }

        BigInteger number() throws KeySyntaxException {
            byte[] bytes = bytes();
            if (bytes.length == 0 || bytes[0] < 0) {
                throw new KeySyntaxException(
                        "the key's bytes hold a number that is not positive; copy the .pub file again");
            }
            return new BigInteger(bytes);
        }

        byte[] exactly(int length) throws KeySyntaxException {
            byte[] bytes = bytes();
            if (bytes.length != length) {
                throw cut();
            }
            return bytes;
        }

        void end() throws KeySyntaxException {
            if (left.hasRemaining()) {
                throw new KeySyntaxException("bytes follow the end of the key; copy the whole .pub file again");
            }
        }

        private static KeySyntaxException cut() {
            return new KeySyntaxException("the key is cut short or damaged; copy the whole .pub file again");
        }
    }
}
