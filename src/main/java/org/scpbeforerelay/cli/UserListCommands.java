package org.scpbeforerelay.cli;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code user list} and {@code user show}: they read the files, so they work without a daemon. */
final class UserListCommands {
    private UserListCommands() {}

    /** {@code user list}. */
    @CommandLine.Command(name = "list", description = "All users, a line each.")
    static final class ListAll extends UserCommand {
        @Option(names = "--json", description = "Print {\"users\":[…]}.")
        boolean json;

        ListAll(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws SettingsException {
            List<UserFile> users = users().users();
            if (json) {
                ArrayNode rows = Json.array();
                users.forEach(user -> rows.add(json(user)));
                ObjectNode answer = Json.object();
                answer.set("users", rows);
                println(Json.line(answer));
            } else if (users.isEmpty()) {
                println("There is no user yet.  " + again("user add NAME --key FILE"));
            } else {
                TextTable table = new TextTable("USER", "STATE", "KEYS", "SENDERS", "LIMITS");
                users.forEach(user -> table.row(
                        user.name().text(),
                        user.enabled() ? "enabled" : "disabled",
                        String.valueOf(user.keys().size()),
                        user.senders().toString(),
                        limits(user)));
                table.print(terminal.out(), terminal);
            }
            return users.isEmpty() ? ExitStatus.NO : ExitStatus.DONE;
        }
    }

    /** {@code user show}. */
    @CommandLine.Command(
            name = "show",
            description = "Everything about one user. Of keys, type, fingerprint and comment.")
    static final class Show extends UserCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
        String name;

        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        Show(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws SettingsException {
            UserFile user = known(name(name));
            if (json) {
                println(Json.line(json(user)));
                return ExitStatus.DONE;
            }
            println(terminal.bold(user.name().text()) + (user.enabled() ? "" : terminal.red("  disabled")));
            println("  term          "
                    + (user.term() == null ? settings().lease().term() + " (the setting's)" : user.term()));
            println("  senders       " + user.senders());
            println("  limits        " + limits(user));
            println("  devices       " + user.devices() + " at once");
            println("  IPv6          " + (user.prefix6() == 64 ? "the whole /64" : "single addresses"));
            println("  may announce  "
                    + (user.mayAnnounce().isEmpty()
                            ? "its own address only"
                            : user.mayAnnounce().stream().map(Network::toString).collect(Collectors.joining(", "))));
            println("  logins        " + (user.logins().isEmpty() ? user.name() : String.join(", ", user.logins())));
            user.keys().forEach(key -> println("  key           " + describe(key)));
            return ExitStatus.DONE;
        }
    }

    private static String describe(AuthorizedKey key) {
        String until = key.expiresAtMs() == Long.MAX_VALUE ? "" : ", expires " + Json.second(key.expiresAtMs());
        String device = key.device() == null ? "" : ", device " + key.device();
        String from = key.from().isEmpty() ? "" : ", from " + String.join(",", key.from());
        return key.type() + " " + key.fingerprint() + " " + key.comment()
                + (key.certAuthority() ? ", certificate authority" : "") + device + from + until;
    }

    private static String limits(UserFile user) {
        Rate messages = user.messages();
        Rate recipients = user.recipients();
        if (messages == null && recipients == null) {
            return "none";
        }
        return (messages == null ? "" : messages + " messages")
                + (messages == null || recipients == null ? "" : ", ")
                + (recipients == null ? "" : recipients + " recipients");
    }

    private static ObjectNode json(UserFile user) {
        ObjectNode json = Json.object().put("user", user.name().text()).put("enabled", user.enabled());
        ArrayNode keys = json.putArray("keys");
        user.keys()
                .forEach(key -> keys.addObject()
                        .put("type", key.type())
                        .put("fingerprint", key.fingerprint())
                        .put("comment", key.comment()));
        user.senders().rules().forEach(json.putArray("senders")::add);
        user.logins().forEach(json.putArray("logins")::add);
        user.mayAnnounce().forEach(network -> json.withArray("/may_announce").add(network.toString()));
        if (user.mayAnnounce().isEmpty()) {
            json.putArray("may_announce");
        }
        json.put("term", user.term() == null ? null : user.term().toString());
        json.put("messages", Objects.toString(user.messages(), ""));
        json.put("recipients", Objects.toString(user.recipients(), ""));
        return json.put("devices", user.devices()).put("prefix6", user.prefix6());
    }
}
