package org.scpbeforerelay.console;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The one secret of the console: 256 random bits, in a file that its owner alone can read. What lives in a browser is signed with
 * it and is not the token itself. Compared in a time that tells nothing.
 */
public final class AccessToken {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{32,128}");
    private static final int BYTES = 32;

    private final String text;

    private AccessToken(String text) {
        this.text = text;
    }

    /** Reads it; makes it where there is none. The error names the file and what to do. */
    public static AccessToken readOrMake(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            make(file);
        }
        // A restored backup may have come back readable for all.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (!FORM.matcher(text).matches()) {
            throw new IOException(
                    file + " holds no token (32 to 128 letters, digits, - and _); delete it, and the next start"
                            + " makes a new one");
        }
        return new AccessToken(text);
    }

    private static void make(Path file) throws IOException {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Path beside = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(beside);
        try (WritableByteChannel channel = Files.newByteChannel(
                beside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            Channels.newOutputStream(channel).write((base64(random) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** For the operator who asked for the page's address. Never for a log. */
    public String text() {
        return text;
    }

    /** Whether this is it. */
    public boolean is(String claimed) {
        return same(text, claimed);
    }

    /** A signature that only who knows the token can make. */
    String sign(String what) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(text.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return base64(mac.doFinal(what.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether two texts are the same, in a time that depends on neither where they differ nor how long they are. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(digest(one), digest(other));
    }

    /** A short text that is another for another text. */
    public static String digestText(String text) {
        return base64(digest(text)).substring(0, 22);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "the console's token";
    }
}
