package org.scpbeforerelay.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.Network;

/** The syntax of single settings: each gives the value or says in an {@link IllegalArgumentException} what is wrong. */
final class SettingValues {
    private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final Pattern UNIT_NAME = Pattern.compile("[A-Za-z0-9:_.\\\\@-]+\\.[a-z]+");
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final int PROXIES_MIN4 = 16;
    private static final int PROXIES_MIN6 = 48;
    private static final int PROXIES_WIDE4 = 24;
    private static final int PROXIES_WIDE6 = 64;
    private static final ByteSize MEBIBYTE = new ByteSize(1 << 20);

    private SettingValues() {}

    /** A duration within these bounds. */
    static Function<String, Term> within(Term min, Term max) {
        return text -> {
            Term term = Term.parse(text);
            if (term.compareTo(min) < 0 || term.compareTo(max) > 0) {
                throw new IllegalArgumentException("'" + text + "' is out of range: " + min + " to " + max);
            }
            return term;
        };
    }

    static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The address of a proxy, or a network of proxies: whoever calls from there may say to be any client. */
    static Network proxy(String text) {
        Network network = network(text);
        boolean ipv4 = network.base().isIpv4();
        if (network.prefixLength() < (ipv4 ? PROXIES_MIN4 : PROXIES_MIN6)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is too wide: whoever calls from there may say to be any client;"
                            + " name the proxies, or a network of theirs, no wider than /"
                            + (ipv4 ? PROXIES_MIN4 : PROXIES_MIN6));
        }
        return network;
    }

    /** Whether more hosts are in it than anybody has proxies. */
    static boolean isWideForProxies(Network network) {
        return network.prefixLength() < (network.base().isIpv4() ? PROXIES_WIDE4 : PROXIES_WIDE6);
    }

    static ByteSize historySize(String text) {
        ByteSize size = ByteSize.parse(text);
        if (size.bytes() < MEBIBYTE.bytes()) {
            throw new IllegalArgumentException("'" + text + "' is out of range: at least " + MEBIBYTE);
        }
        return size;
    }

    /** A path, absolute or not. */
    static Path path(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("'" + text + "' is no path");
        }
        if (text.startsWith("~")) {
            throw new IllegalArgumentException("'" + text + "': no shell is there to know '~'; write the path in full");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is no path: " + e.getReason(), e);
        }
    }

    /** An absolute path, or a shell pattern of such. */
    static String absolute(String text) {
        if (!path(text).isAbsolute()) {
            throw new IllegalArgumentException("'" + text + "' is no absolute path; did you mean '/" + text + "'?");
        }
        return text;
    }

    /** {@code *-ip}: a base name in which one {@code *} stands for the device. */
    static String dropPattern(String text) {
        boolean oneStar = text.indexOf('*') >= 0 && text.indexOf('*') == text.lastIndexOf('*');
        if (!oneStar || text.indexOf('/') >= 0 || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no pattern of file names: expected one '*' and no '/', like \"*-ip\"");
        }
        return text;
    }

    /** A systemd unit, systemd.unit(5). */
    static String unit(String text) {
        if (!UNIT_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no systemd unit"
                    + (text.matches("[A-Za-z0-9_@-]+") ? "; did you mean '" + text + ".service'?" : ""));
        }
        return text;
    }

    /** An absolute path, or a systemd unit. */
    static String fileOrUnit(String text) {
        return text.indexOf('/') >= 0 ? absolute(text) : unit(text);
    }

    /** A format of login lines; with own formats, any name may be one. */
    static String service(String text, boolean ownFormats) {
        if (ownFormats ? !SERVICE_NAME.matcher(text).matches() : !Settings.LoginLog.SERVICES.contains(text)) {
            throw TableReader.noneOf(text, Settings.LoginLog.SERVICES);
        }
        return text;
    }

    static String tableName(String text) {
        if (!TABLE_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is no name of a table: expected letters, digits, '_' and '-', at most 64, without directory or suffix");
        }
        return text;
    }

    /** A word of a command line. */
    static String argument(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL cannot be handed to a program");
        }
        return text;
    }
}
