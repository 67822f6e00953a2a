package org.scpbeforerelay.store.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.scpbeforerelay.store.StoreException;

/**
 * The name of a host's record in the log: the host's name and eight random digits, made once and kept beside the leases. It
 * outlives the process, so that a host knows its own words again; a copy of a whole machine must not keep it.
 */
public final class NodeName {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}-[0-9a-f]{8}");

    private NodeName() {}

    /** Whether a text is such a name. */
    static boolean isOne(String text) {
        return FORM.matcher(text).matches();
    }

    /** Reads it from its file, or makes it. */
    public static String of(Path file, String hostName) throws StoreException {
        try {
            if (Files.exists(file)) {
                String name = Files.readString(file, StandardCharsets.US_ASCII).strip();
                if (isOne(name)) {
                    return name;
                }
                throw new StoreException(file + " is no name of a host: remove it, and a new one is made");
            }
            byte[] random = new byte[4];
            new SecureRandom().nextBytes(random);
            String name = plain(hostName) + "-" + HexFormat.of().formatHex(random);
            Files.writeString(file, name + "\n", StandardCharsets.US_ASCII);
            return name;
        } catch (IOException e) {
            throw new StoreException(
                    "cannot read or make " + file + " (" + e + "): give it to the user that the daemon runs as", e);
        }
    }

    private static String plain(String hostName) {
        String plain = hostName.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "");
        String short64 = plain.length() > 64 ? plain.substring(0, 64) : plain;
        return short64.matches("[a-z0-9].*") ? short64 : "host";
    }
}
