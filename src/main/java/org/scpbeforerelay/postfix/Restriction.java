package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * One restriction of a list such as {@code smtpd_relay_restrictions}, with its argument.
 *
 * @param name in lower case, as Postfix compares it; {@code check_table} for a bare {@code type:name}
 * @param argument empty when it takes none
 * @param warnOnly whether {@code warn_if_reject} stands before it: it then refuses nothing
 * @param start where it stands in the list's text, a {@code warn_if_reject} included
 * @param end behind its last character
 */
record Restriction(String name, String argument, boolean warnOnly, int start, int end) {
    private static final Set<String> REFUSE_RELAY =
            Set.of("reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "check_relay_domains");

    /** Reads a list. */
    static List<Restriction> list(String value) {
        List<Words.Word> words = Words.of(value);
        List<Restriction> list = new ArrayList<>();
        boolean warns = false;
        int start = -1;
        for (int i = 0; i < words.size(); i++) {
            Words.Word word = words.get(i);
            String name = word.text().toLowerCase(Locale.ROOT);
            start = start < 0 ? word.start() : start;
            if (name.equals("warn_if_reject")) {
                warns = true;
                continue;
            }
            boolean more = takesArgument(name) && i + 1 < words.size();
            Words.Word last = more ? words.get(++i) : word;
            boolean table = !more && isTable(word.text());
            list.add(new Restriction(
                    table ? "check_table" : name,
                    more ? last.text() : table ? word.text() : "",
                    warns,
                    start,
                    last.end()));
            warns = false;
            start = -1;
        }
        return list;
    }

    private static boolean takesArgument(String name) {
        return name.startsWith("check_") && !name.equals("check_relay_domains")
                || name.startsWith("reject_rbl_")
                || name.startsWith("reject_rhsbl_")
                || name.startsWith("permit_dnswl_")
                || name.startsWith("permit_rhswl_")
                || name.equals("sleep");
    }

    private static boolean isTable(String word) {
        return word.matches("[a-z]+:.*") && !word.startsWith("$");
    }

    /** Whether it refuses a stranger's mail to a foreign domain. */
    boolean refusesRelay() {
        return !warnOnly && REFUSE_RELAY.contains(name);
    }

    /** Whether it lets mail for this host's own domains go on to what stands behind it. */
    boolean sparesOwnDomains() {
        return name.endsWith("_unauth_destination") || name.equals("check_relay_domains");
    }

    boolean isPolicy() {
        return name.equals("check_policy_service");
    }

    boolean isTable() {
        return name.startsWith("check_") && !isPolicy() && !name.equals("check_relay_domains");
    }

    /** Of a policy service: where it is, {@code unix:scp/policy} or {@code inet:127.0.0.1:10040}. */
    String server() {
        List<Words.Word> words = Words.of(inner());
        return words.isEmpty() ? "" : words.getFirst().text();
    }

    /** Of a policy service: an attribute of it, such as {@code default_action}, that is given in this very place. */
    Optional<String> attribute(String attribute) {
        for (Words.Word word : Words.of(inner().replaceAll("\\s*=\\s*", "="))) {
            String text = word.text();
            String plain = text.startsWith("{") && text.endsWith("}")
                    ? text.substring(1, text.length() - 1).strip()
                    : text;
            if (plain.startsWith(attribute + "=")) {
                return Optional.of(plain.substring(attribute.length() + 1).strip());
            }
        }
        return Optional.empty();
    }

    private String inner() {
        return argument.startsWith("{") && argument.endsWith("}")
                ? argument.substring(1, argument.length() - 1)
                : argument;
    }

    @Override
    public String toString() {
        return argument.isEmpty() ? name : name.equals("check_table") ? argument : name + " " + argument;
    }
}
