package org.scpbeforerelay.key;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** A public key in the form in which it travels (RFC 4253 section 6.6). A value: equal when the bytes are equal. */
public final class KeyBlob {
    private final byte[] bytes;

    private KeyBlob(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The key with these bytes, which are copied. */
    public static KeyBlob of(byte[] bytes) {
        return new KeyBlob(bytes.clone());
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** As in a line of authorized_keys. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** As {@code ssh-keygen -l} prints it: {@code SHA256:…}. */
    public String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBlob that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return fingerprint();
    }
}
