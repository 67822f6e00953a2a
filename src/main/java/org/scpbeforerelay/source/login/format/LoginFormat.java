package org.scpbeforerelay.source.login.format;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How one server writes of logins. What a file of it looks like: {@link FormatFile}.
 *
 * @param name the service: {@code dovecot}
 * @param source where the lines were verified: the server's source, or a run of it
 * @param programs the tags of its lines, whole
 * @param comms the names that the journal may give its process in {@code _COMM}
 * @param rootOnly whether the journal's {@code _UID} must be 0; otherwise any user of the system (below 1000) will do
 * @param connection what tells one connection from another in the lines of its login and its end
 * @param looksLike found in a message that no rule matches, it makes that message one that was not understood; null for
 *     none
 * @param rules tried in their order; the first that matches decides
 */
public record LoginFormat(
        String name,
        String source,
        Set<String> programs,
        Set<String> comms,
        boolean rootOnly,
        Connection connection,
        @Nullable Pattern looksLike,
        List<Rule> rules) {
    public LoginFormat {
        programs = Set.copyOf(programs);
        comms = Set.copyOf(comms);
        rules = List.copyOf(rules);
    }

    /** What names a connection. */
    public enum Connection {
        /** Nothing: its end is not in the log, or cannot be told from another's. */
        NONE,
        /** The named part {@code session}. */
        SESSION,
        /** The named parts {@code address} and {@code port}. */
        PORT,
        /** The number behind the tag: a process for each connection. */
        PID
    }

    /** What a message that matches a rule is. */
    public enum What {
        LOGIN,
        LOGOUT,
        /** The first of two lines: it has the address, and the {@link #LOGIN} of the same process id has the user. */
        OPENS,
        /** Known, and no login: a failure, an anonymous login. */
        NOTHING
    }

    /**
     * @param line the whole message, from its first to its last character
     * @param parts the named parts of the pattern: {@code user}, {@code address}, {@code port}, {@code session}
     */
    public record Rule(What what, Pattern line, Set<String> parts) {
        public Rule {
            parts = Set.copyOf(parts);
        }
    }
}
