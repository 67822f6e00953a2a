package org.scpbeforerelay.source.login.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.login.format.LoginFormat.Rule;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;
import org.scpbeforerelay.source.login.format.LoginSighting.Logout;
import org.scpbeforerelay.source.login.format.LoginSighting.NoLogin;
import org.scpbeforerelay.source.login.format.LoginSighting.NotOurs;
import org.scpbeforerelay.source.login.format.LoginSighting.NotUnderstood;

/**
 * Says what each line of one log means. Knows no clock and no file; what it remembers from line to line is only the addresses of
 * servers that log address and user in two lines. For one log and one thread.
 */
public final class LineJudge {
    private static final NotOurs NO_LOG_LINE =
            new NotOurs("no whole line of a log: no time, host and program in front of" + " it, too long (over "
                    + LineFront.LINE_MAX + " bytes), or with control characters");
    private static final NotOurs OTHER_PROGRAM = new NotOurs("another program's");
    private static final NotOurs NOTHING_OF_LOGINS = new NotOurs("the program's, but not about logins");

    private final Map<String, List<LoginFormat>> byProgram = new HashMap<>();
    private final SyslogStamp stamps;
    private final OpenedConnections opened = new OpenedConnections();

    /** @param zone of the stamps that name none */
    public LineJudge(Collection<LoginFormat> formats, ZoneId zone) {
        for (LoginFormat format : formats) {
            for (String program : format.programs()) {
                byProgram.computeIfAbsent(program, unseen -> new ArrayList<>()).add(format);
            }
        }
        stamps = new SyslogStamp(zone);
    }

    /**
     * Judges a line of a plain log file.
     *
     * @param raw without its line end, a character for each byte
     * @param nowMs the wall clock
     */
    public LoginSighting judge(String raw, long nowMs) {
        LineFront front = LineFront.of(raw);
        if (front == null) {
            return NO_LOG_LINE;
        }
        if (!byProgram.containsKey(front.program())) {
            return OTHER_PROGRAM;
        }
        long atMs = stamps.read(front.stamp(), nowMs);
        if (atMs < 0) {
            return new NotOurs("'" + front.stamp() + "' is no time");
        }
        return judge(new LogLine(atMs, front.program(), front.pid(), front.message(), null));
    }

    /** Judges a line whose front is off already: from the journal. */
    public LoginSighting judge(LogLine line) {
        List<LoginFormat> formats = byProgram.get(line.program());
        if (formats == null) {
            return OTHER_PROGRAM;
        }
        LoginSighting verdict = NOTHING_OF_LOGINS;
        for (LoginFormat format : formats) {
            LoginSighting sighting = isFrom(format, line.origin()) ? judge(format, line) : notFrom(format, line);
            // A tag such as imapd is several servers': the format that knows the line has the word.
            if (sighting instanceof Login || sighting instanceof Logout || sighting instanceof NoLogin) {
                return sighting;
            }
            if (!(verdict instanceof NotUnderstood)) {
                verdict = sighting;
            }
        }
        return verdict;
    }

    /** What {@link #judge(String, long)} says of a line, in a sentence, for {@code check --log}. */
    public String explainLine(String raw, long nowMs) {
        return sentence(judge(raw, nowMs));
    }

    /** What {@link #judge(LogLine)} says of a line, in such a sentence. */
    public String explain(LogLine line) {
        return sentence(judge(line));
    }

    private static String sentence(LoginSighting sighting) {
        return switch (sighting) {
            case Login login ->
                "login: " + login.user() + " from " + login.address() + " at " + Instant.ofEpochMilli(login.atMs())
                        + " (" + login.service() + ")";
            case Logout logout -> "logout: " + logout.connection() + " (" + logout.service() + ")";
            case NoLogin no -> "no login: " + no.why() + " (" + no.service() + ")";
            case NotUnderstood not -> "NOT UNDERSTOOD: " + not.why() + " (" + not.service() + ")";
            case NotOurs not -> "not ours: " + not.why();
        };
    }

    private static boolean isFrom(LoginFormat format, LogLine.@Nullable Origin origin) {
        return origin == null
                || format.comms().contains(origin.comm())
                        && (format.rootOnly() ? origin.uid() == 0 : origin.uid() >= 0 && origin.uid() < 1000);
    }

    private static LoginSighting notFrom(LoginFormat format, LogLine line) {
        return new NotOurs("tagged " + line.program() + ", but the journal says that it is from " + line.origin()
                + ", not from " + String.join("/", format.comms()) + (format.rootOnly() ? " of root" : ""));
    }

    private LoginSighting judge(LoginFormat format, LogLine line) {
        try {
            for (Rule rule : format.rules()) {
                Matcher matcher = rule.line().matcher(line.message());
                if (matcher.matches()) {
                    return sighting(format, rule, matcher, line);
                }
            }
            if (format.looksLike() != null
                    && format.looksLike().matcher(line.message()).find()) {
                return new NotUnderstood(format.name(), "speaks of a login, and no rule of the format knows it");
            }
            return NOTHING_OF_LOGINS;
        } catch (StackOverflowError e) {
            // java.util.regex goes deep for (a|b)* over long lines; an operator's own format may do so.
            return new NotUnderstood(format.name(), "too long for a rule of the format; bound its repetitions");
        }
    }

    private LoginSighting sighting(LoginFormat format, Rule rule, Matcher matcher, LogLine line) {
        return switch (rule.what()) {
            case NOTHING -> new NoLogin(format.name(), "known as no login");
            case OPENS -> {
                opened.opened(format.name(), line.pid(), String.valueOf(part(rule, matcher, "address")), line.atMs());
                yield new NoLogin(format.name(), "a connection; the login is another line");
            }
            case LOGIN -> login(format, rule, matcher, line);
            case LOGOUT -> {
                String connection = connection(format, rule, matcher, line, part(rule, matcher, "address"));
                yield connection == null
                        ? new NoLogin(format.name(), "the end of a connection that it does not name")
                        : new Logout(format.name(), connection, line.atMs());
            }
        };
    }

    private LoginSighting login(LoginFormat format, Rule rule, Matcher matcher, LogLine line) {
        String user = utf8(part(rule, matcher, "user"));
        if (user == null || user.isEmpty()) {
            return new NotUnderstood(format.name(), "the login name is empty or no UTF-8");
        }
        String literal = part(rule, matcher, "address");
        if (literal == null && !rule.parts().contains("address")) {
            literal = opened.take(format.name(), line.pid(), line.atMs());
            if (literal == null) {
                return new NoLogin(format.name(), "a login without the line before it that has the address");
            }
        }
        Optional<ClientAddress> address = literal == null ? Optional.empty() : ClientAddress.tryParse(literal);
        if (address.isEmpty()) {
            return new NotUnderstood(format.name(), "'" + literal + "' is no whole IP address");
        }
        return new Login(
                format.name(), user, address.get(), line.atMs(), connection(format, rule, matcher, line, literal));
    }

    private static @Nullable String connection(
            LoginFormat format, Rule rule, Matcher matcher, LogLine line, @Nullable String address) {
        String name = switch (format.connection()) {
            case NONE -> null;
            case SESSION -> part(rule, matcher, "session");
            case PID -> line.pid() == 0 ? null : line.program() + line.pid();
            case PORT -> {
                String port = part(rule, matcher, "port");
                yield address == null || port == null ? null : canonical(address) + " port " + port;
            }
        };
        return name == null ? null : format.name() + " " + name;
    }

    private static String canonical(String address) {
        return ClientAddress.tryParse(address).map(ClientAddress::toString).orElse(address);
    }

    private static @Nullable String part(Rule rule, Matcher matcher, String name) {
        return rule.parts().contains(name) ? matcher.group(name) : null;
    }

    private static @Nullable String utf8(@Nullable String bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
