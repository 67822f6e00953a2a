package org.scpbeforerelay.announce;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which envelope senders a user may use: {@code gerard@example.org} (an address), {@code @example.org} (a domain),
 * {@code @.example.org} (its subdomains, not itself). No rules: any sender.
 *
 * <p>Domains and local parts are compared without regard to ASCII case. The null sender {@code <>} of bounces and
 * notifications is allowed to everyone with a lease: a program must be able to report what went wrong (RFC 5321 section 6.1).
 */
public final class SenderRules {
    /** Every sender is allowed. */
    public static final SenderRules ANY = new SenderRules(List.of());

    private final List<String> rules;
    private final Set<String> addresses = new HashSet<>();
    private final Set<String> domains = new HashSet<>();
    private final Set<String> parents = new HashSet<>();

    /** The rules as in the settings; {@link IllegalArgumentException} names the one that is none. */
    public SenderRules(List<String> rules) {
        this.rules = List.copyOf(rules);
        for (String rule : rules) {
            String lower = lowerCase(rule);
            int at = lower.lastIndexOf('@');
            String domain = lower.substring(at + 1);
            boolean subdomains = at == 0 && domain.startsWith(".");
            String name = subdomains ? domain.substring(1) : domain;
            if (at < 0
                    || name.isEmpty()
                    || name.startsWith(".")
                    || lower.chars().anyMatch(c -> c <= ' ')) {
                throw new IllegalArgumentException(
                        "'" + rule
                                + "' is no sender: expected gerard@example.org, @example.org or @.example.org (its subdomains)");
            }
            if (at > 0) {
                addresses.add(lower);
            } else if (subdomains) {
                parents.add(name);
            } else {
                domains.add(name);
            }
        }
    }

    /** Whether any sender is allowed. */
    public boolean isAny() {
        return rules.isEmpty();
    }

    /** Whether this envelope sender is allowed; the empty text is the null sender. */
    public boolean allows(String sender) {
        if (rules.isEmpty() || sender.isEmpty()) {
            return true;
        }
        String lower = lowerCase(sender);
        if (addresses.contains(lower)) {
            return true;
        }
        int at = lower.lastIndexOf('@');
        if (at < 0) {
            return false;
        }
        String domain = lower.substring(at + 1);
        if (domains.contains(domain)) {
            return true;
        }
        for (int dot = domain.indexOf('.', 1); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
            if (parents.contains(domain.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    // String.toLowerCase would take the Kelvin sign for a k, and make a domain of another one.
    private static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text);
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return lower.toString();
    }

    /** As in the settings. */
    public List<String> rules() {
        return rules;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SenderRules that && that.rules.equals(rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }

    @Override
    public String toString() {
        return rules.isEmpty() ? "any sender" : String.join(", ", rules);
    }
}
