package org.scpbeforerelay.key;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.spelling.Nearest;

/** The options before a key: {@code from="…",restrict,device="gwaihir"}; values in double quotes, a quote in them as {@code \"}. */
final class KeyOptions {
    private static final Set<String> FLAGS_WITHOUT_EFFECT = Set.of(
            "restrict",
            "agent-forwarding",
            "no-agent-forwarding",
            "port-forwarding",
            "no-port-forwarding",
            "pty",
            "no-pty",
            "user-rc",
            "no-user-rc",
            "x11-forwarding",
            "no-x11-forwarding");
    private static final Set<String> VALUES_WITHOUT_EFFECT =
            Set.of("command", "environment", "permitlisten", "permitopen", "tunnel");
    private static final List<String> WITH_EFFECT = List.of(
            "from", "expiry-time", "cert-authority", "principals", "device", "no-touch-required", "verify-required");
    private static final Pattern TIME = Pattern.compile("([0-9]{8}|[0-9]{12}|[0-9]{14})(Z?)");

    final List<String> from = new ArrayList<>();
    final List<String> principals = new ArrayList<>();

    @Nullable
    DeviceName device;

    long expiresAtMs = Long.MAX_VALUE;
    boolean certAuthority;
    boolean touchRequired = true;
    boolean verifyRequired;

    private KeyOptions() {}

    /** How many characters of {@code line} the options take: up to the first blank outside of quotes. */
    static int length(String line) throws KeySyntaxException {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ' ' || c == '\t')) {
                return i;
            }
        }
        if (quoted) {
            throw new KeySyntaxException("a quote is opened in the options and never closed");
        }
        return line.length();
    }

    static KeyOptions parse(String text) throws KeySyntaxException {
        KeyOptions options = new KeyOptions();
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) != ',' && text.charAt(end) != '=') {
                end++;
            }
            String name = text.substring(at, end).toLowerCase(Locale.ROOT);
            String value = null;
            if (end < text.length() && text.charAt(end) == '=') {
                StringBuilder read = new StringBuilder();
                end = quoted(text, end + 1, name, read);
                value = read.toString();
            }
            options.take(name, value);
            if (end < text.length() && (text.charAt(end) != ',' || end + 1 == text.length())) {
                throw new KeySyntaxException("after the option '" + KeySyntaxException.printable(name)
                        + "' a comma and the next option, or a blank and the key must follow");
            }
            at = end + 1;
        }
        if (!options.principals.isEmpty() && !options.certAuthority) {
            throw new KeySyntaxException("principals= has a meaning only on a cert-authority line");
        }
        return options;
    }

    /** Reads a quoted value that begins at {@code at}; gives where it ended. */
    private static int quoted(String text, int at, String name, StringBuilder into) throws KeySyntaxException {
        if (at < text.length() && text.charAt(at) == '"') {
            for (int i = at + 1; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"') {
                    return i + 1;
                }
                if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    c = '"';
                    i++;
                }
                into.append(c);
            }
        }
        throw new KeySyntaxException("the value of the option '" + KeySyntaxException.printable(name)
                + "' must be in double quotes: " + KeySyntaxException.printable(name) + "=\"…\"");
    }

    private void take(String name, @Nullable String value) throws KeySyntaxException {
        boolean wantsValue = VALUES_WITHOUT_EFFECT.contains(name)
                || Set.of("from", "expiry-time", "principals", "device").contains(name);
        boolean known = wantsValue || WITH_EFFECT.contains(name) || FLAGS_WITHOUT_EFFECT.contains(name);
        if (!known) {
            throw new KeySyntaxException("unknown option '" + KeySyntaxException.printable(name) + "'"
                    + nearest(name)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse(""));
        }
        if (wantsValue && (value == null || value.isEmpty())) {
            throw new KeySyntaxException("the option '" + name + "' needs a value: " + name + "=\"…\"");
        }
        if (!wantsValue && value != null) {
            throw new KeySyntaxException("the option '" + name + "' takes no value");
        }
        takeKnown(name, value == null ? "" : value);
    }

    private void takeKnown(String name, String value) throws KeySyntaxException {
        switch (name) {
            case "from" -> takeFrom(value);
            case "expiry-time" -> expiresAtMs = Math.min(expiresAtMs, time(value));
            case "principals" -> takePrincipals(value);
            case "device" -> takeDevice(value);
            case "cert-authority" -> certAuthority = true;
            case "no-touch-required" -> touchRequired = false;
            case "verify-required" -> verifyRequired = true;
            default -> {
                // A shell, a terminal, forwarding: nothing of that is ever given
                // here, so there is nothing to allow or forbid.
            }
        }
    }

    private void takeFrom(String value) throws KeySyntaxException {
        if (!from.isEmpty()) {
            throw new KeySyntaxException(
                    "from= stands there twice; write one list: from=\"203.0.113.7,2001:db8::/32\"");
        }
        for (String pattern : value.split(",", -1)) {
            FromPatterns.check(pattern.strip());
            from.add(pattern.strip());
        }
        if (from.stream().allMatch(pattern -> pattern.startsWith("!"))) {
            throw new KeySyntaxException(
                    "from= has only negated patterns, which allow nothing; add \"*\" for all others");
        }
    }

    private void takePrincipals(String value) throws KeySyntaxException {
        for (String principal : value.split(",", -1)) {
            if (principal.isBlank()) {
                throw new KeySyntaxException("principals= has an empty name in its list");
            }
            principals.add(principal.strip());
        }
    }

    private void takeDevice(String value) throws KeySyntaxException {
        if (device != null) {
            throw new KeySyntaxException("device= stands there twice; a key speaks for one device");
        }
        try {
            device = new DeviceName(value);
        } catch (IllegalArgumentException e) {
            throw new KeySyntaxException("device=\"" + KeySyntaxException.printable(value) + "\": " + e.getMessage());
        }
    }

    /** sshd(8): {@code YYYYMMDD[Z]} or {@code YYYYMMDDHHMM[SS][Z]}, in the system's time zone without the Z. */
    private static long time(String value) throws KeySyntaxException {
        var matcher = TIME.matcher(value);
        if (matcher.matches()) {
            String digits = (matcher.group(1) + "000000").substring(0, 14);
            try {
                return LocalDateTime.of(
                                number(digits, 0, 4),
                                number(digits, 4, 6),
                                number(digits, 6, 8),
                                number(digits, 8, 10),
                                number(digits, 10, 12),
                                number(digits, 12, 14))
                        .atZone(matcher.group(2).isEmpty() ? ZoneId.systemDefault() : ZoneOffset.UTC)
                        .toInstant()
                        .toEpochMilli();
            } catch (DateTimeException e) {
                // Said below: the digits are no date.
            }
        }
        throw new KeySyntaxException("expiry-time=\"" + KeySyntaxException.printable(value)
                + "\" is no time: YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with Z for UTC");
    }

    private static int number(String digits, int from, int to) {
        return Integer.parseInt(digits, from, to, 10);
    }

    private static Optional<String> nearest(String name) {
        List<String> all = new ArrayList<>(WITH_EFFECT);
        all.addAll(FLAGS_WITHOUT_EFFECT.stream().sorted().toList());
        all.addAll(VALUES_WITHOUT_EFFECT.stream().sorted().toList());
        return Nearest.to(name, all);
    }
}
