package org.scpbeforerelay.source.login.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.source.login.format.LoginFormat.Connection;
import org.scpbeforerelay.source.login.format.LoginFormat.Rule;
import org.scpbeforerelay.source.login.format.LoginFormat.What;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Reads a format from TOML:
 *
 * <pre>{@code
 * source = "popserver 1.2, src/log.c"     # where these lines were verified
 * programs = ["popserverd"]               # syslog tags, whole
 * comms = ["popserverd"]                  # the journal's _COMM; the programs where it is missing
 * from = "root"                           # the journal's _UID: root (0), or system (below 1000), which is the default
 * connection = "pid"                      # none (default) | session | port | pid
 * looks_like = 'logged in'                # a message that has this and matches no rule was not understood
 *
 * [[rule]]
 * what = "login"                          # login | logout | opens | nothing
 * line = 'user (?<user>\S+) logged in from (?<address>\S+)'
 * }</pre>
 *
 * A {@code line} is a regular expression (java.util.regex) for the whole message; no text before or after it is allowed.
 */
final class FormatFile {
    private static final Set<String> KEYS =
            Set.of("source", "programs", "comms", "from", "connection", "looks_like", "rule");
    private static final Set<String> RULE_KEYS = Set.of("what", "line");
    private static final Set<String> PARTS = Set.of("user", "address", "port", "session");

    private final String file;
    private final List<FormatException.Problem> problems = new ArrayList<>();

    private FormatFile(String file) {
        this.file = file;
    }

    /**
     * @param file its name in messages
     * @param name the name of the format
     */
    static LoginFormat read(String file, String name, String text) throws FormatException {
        FormatFile reader = new FormatFile(file);
        LoginFormat format = reader.format(name, Toml.parse(text));
        if (!reader.problems.isEmpty()) {
            throw new FormatException(reader.problems);
        }
        return format;
    }

    private LoginFormat format(String name, TomlParseResult toml) {
        toml.errors().forEach(error -> problem(error.position(), String.valueOf(error.getMessage())));
        for (String key : toml.keySet()) {
            if (!KEYS.contains(key)) {
                problem(toml.inputPositionOf(key), "unknown key '" + key + "'; known are " + sorted(KEYS));
            }
        }
        Set<String> programs = words(toml, "programs");
        Set<String> comms = toml.contains("comms") ? words(toml, "comms") : programs;
        if (programs.isEmpty()) {
            problem(toml.inputPositionOf("programs"), "programs: name the syslog tags of this server");
        }
        String from = word(toml, "from", "system", Set.of("root", "system"));
        String connection = word(toml, "connection", "none", Set.of("none", "session", "port", "pid"));
        String looksLike = text(toml, "looks_like");
        List<Rule> rules = rules(toml);
        checkTogether(toml, rules);
        return new LoginFormat(
                name,
                String.valueOf(text(toml, "source")),
                programs,
                comms,
                from.equals("root"),
                Connection.valueOf(connection.toUpperCase(Locale.ROOT)),
                looksLike == null ? null : pattern(toml, "looks_like", looksLike),
                rules);
    }

    private List<Rule> rules(TomlTable toml) {
        List<Rule> rules = new ArrayList<>();
        TomlArray array = toml.isArray("rule") ? toml.getArray("rule") : null;
        if (array == null || array.isEmpty()) {
            problem(toml.inputPositionOf("rule"), "there is no [[rule]]: nothing would ever match");
            return rules;
        }
        for (int i = 0; i < array.size(); i++) {
            TomlTable table = array.getTable(i);
            for (String key : table.keySet()) {
                if (!RULE_KEYS.contains(key)) {
                    problem(table.inputPositionOf(key), "unknown key '" + key + "'; a rule has 'what' and 'line'");
                }
            }
            String line = text(table, "line");
            Pattern pattern = line == null ? null : pattern(table, "line", line);
            if (pattern == null) {
                problem(array.inputPositionOf(i), "a rule needs a 'line'");
                continue;
            }
            What what = What.valueOf(word(table, "what", "nothing", Set.of("login", "logout", "opens", "nothing"))
                    .toUpperCase(Locale.ROOT));
            Set<String> parts = pattern.namedGroups().keySet();
            for (String part : parts) {
                if (!PARTS.contains(part)) {
                    problem(table.inputPositionOf("line"), "unknown part '" + part + "'; known are " + sorted(PARTS));
                }
            }
            rules.add(new Rule(what, pattern, parts));
        }
        return rules;
    }

    private void checkTogether(TomlTable toml, List<Rule> rules) {
        boolean opens = rules.stream().anyMatch(rule -> rule.what() == What.OPENS);
        TomlPosition at = toml.inputPositionOf("rule");
        for (Rule rule : rules) {
            boolean hasAddress = rule.parts().contains("address");
            switch (rule.what()) {
                case LOGIN -> {
                    if (!rule.parts().contains("user")) {
                        problem(at, "a login rule needs (?<user>…): " + rule.line());
                    }
                    if (!hasAddress && !opens) {
                        problem(at, "a login rule needs (?<address>…), or an 'opens' rule that has it: " + rule.line());
                    }
                }
                case OPENS -> {
                    if (!hasAddress) {
                        problem(at, "an 'opens' rule needs (?<address>…): " + rule.line());
                    }
                }
                case LOGOUT, NOTHING -> {}
            }
        }
        if (rules.stream().noneMatch(rule -> rule.what() == What.LOGIN)) {
            problem(at, "there is no rule with what = \"login\"");
        }
    }

    private Set<String> words(TomlTable table, String key) {
        Set<String> words = new HashSet<>();
        if (!table.contains(key)) {
            return words;
        }
        TomlArray array = table.isArray(key) ? table.getArray(key) : null;
        for (int i = 0; array != null && i < array.size(); i++) {
            if (array.get(i) instanceof String word) {
                words.add(word);
            }
        }
        if (array == null || words.size() < array.size()) {
            problem(table.inputPositionOf(key), key + ": expected a list of texts, each once");
        }
        return words;
    }

    private String word(TomlTable table, String key, String otherwise, Set<String> known) {
        String word = text(table, key);
        if (word == null) {
            return otherwise;
        }
        if (!known.contains(word)) {
            problem(table.inputPositionOf(key), key + ": '" + word + "'; expected one of " + sorted(known));
            return otherwise;
        }
        return word;
    }

    private @Nullable String text(TomlTable table, String key) {
        if (!table.contains(key)) {
            return null;
        }
        if (!table.isString(key)) {
            problem(table.inputPositionOf(key), key + ": expected a text");
            return null;
        }
        return table.getString(key);
    }

    private @Nullable Pattern pattern(TomlTable table, String key, String expression) {
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            problem(
                    table.inputPositionOf(key),
                    key + ": " + e.getDescription() + " near character " + e.getIndex() + " of the expression");
            return null;
        }
    }

    private void problem(@Nullable TomlPosition position, String what) {
        problems.add(
                position == null
                        ? FormatException.Problem.ofFile(file, what)
                        : new FormatException.Problem(file, position.line(), position.column(), what));
    }

    private static String sorted(Set<String> words) {
        return String.join(", ", words.stream().sorted().toList());
    }
}
