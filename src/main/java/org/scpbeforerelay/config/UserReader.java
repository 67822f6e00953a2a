package org.scpbeforerelay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeySyntaxException;
import org.scpbeforerelay.lease.UserName;
import org.tomlj.MutableTomlTable;
import org.tomlj.TomlTable;

/** Reads one user's file. What can only be said when all users are known comes from {@link UsersDirectory}. */
final class UserReader {
    private static final int LOGIN_LENGTH_MAX = 255;

    private final Problems problems;
    private final TableReader in;
    private final UserFile user;

    private UserReader(Problems problems, UserName name, TomlTable table, KnownKeys known, Term maxTerm) {
        this.problems = problems;
        this.in = new TableReader(problems, known, table);
        this.user = user(name, maxTerm);
        known.report(problems);
    }

    /** Reads a text as this user's file; nothing when it is no TOML, which is then among the problems. */
    static Optional<UserReader> of(String text, UserName name, Term maxTerm, Problems problems) {
        return TomlText.parse(text, problems)
                .map(table -> new UserReader(problems, name, table, new KnownKeys(), maxTerm));
    }

    /** Every key that is read. The reference is held against this. */
    static Set<String> keys() {
        KnownKeys known = new KnownKeys();
        Problems none = new Problems(Path.of("user.toml"));
        new UserReader(
                none,
                new UserName("user"),
                MutableTomlTable.create(),
                known,
                Settings.DEFAULTS.lease().maxTerm());
        return known.keysByTable().getOrDefault("", Set.of());
    }

    /** The user; with problems, what could be read of it. */
    UserFile user() {
        return user;
    }

    Problems problems() {
        return problems;
    }

    /** Says that a login name of this user is somebody else's too. */
    void loginIsAlso(String login, UserName other) {
        in.problem(
                "logins",
                user().logins().indexOf(login),
                "logins: '" + login + "' is also " + other + "'s; a login name is one user's");
    }

    private UserFile user(UserName name, Term maxTerm) {
        UserFile read = new UserFile(
                name,
                in.list("keys", List.of(), distinctKey()),
                in.distinctList("may_announce", List.of(), SettingValues::network),
                in.distinctList("logins", List.of(), UserReader::login),
                new SenderRules(in.list("senders", List.of(), UserReader::sender)),
                term(maxTerm),
                in.whole("devices", Allowance.DEVICES_DEFAULT, 1, 10_000),
                prefix6(),
                rate("messages"),
                rate("recipients"),
                in.flag("enabled", true));
        in.done();
        return read;
    }

    private @Nullable Term term(Term maxTerm) {
        Optional<Term> term = in.optional("term", "20m", text -> Optional.of(Term.parse(text)));
        if (term.isPresent() && term.get().compareTo(maxTerm) > 0) {
            in.problem(
                    "term", "term " + term.get() + " is longer than " + maxTerm + ", [lease] max_term of the settings");
        }
        return term.orElse(null);
    }

    private int prefix6() {
        int prefix = in.whole("prefix6", 128, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (prefix != 64 && prefix != 128) {
            in.problem("prefix6", "prefix6: " + prefix + " is neither 64 nor 128");
        }
        return prefix;
    }

    private @Nullable Rate rate(String key) {
        Function<String, Optional<Rate>> parse =
                text -> text.isEmpty() ? Optional.empty() : Optional.of(Rate.parse(text));
        return in.optional(key, "200/h", parse).orElse(null);
    }

    private static Function<String, AuthorizedKey> distinctKey() {
        List<AuthorizedKey> seen = new ArrayList<>();
        return line -> {
            AuthorizedKey key = key(line);
            if (seen.stream().anyMatch(former -> former.blob().equals(key.blob()))) {
                throw new IllegalArgumentException("the key " + key.fingerprint() + " stands there twice");
            }
            seen.add(key);
            return key;
        };
    }

    private static AuthorizedKey key(String line) {
        try {
            return AuthorizedKey.parse(line);
        } catch (KeySyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String sender(String rule) {
        return new SenderRules(List.of(rule)).rules().getFirst();
    }

    private static String login(String text) {
        boolean odd = text.chars().anyMatch(Character::isISOControl);
        if (text.isBlank() || text.length() > LOGIN_LENGTH_MAX || odd) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no login name: 1 to " + LOGIN_LENGTH_MAX + " printable characters");
        }
        return text;
    }
}
