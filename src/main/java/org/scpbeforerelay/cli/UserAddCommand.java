package org.scpbeforerelay.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UserEdit;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.view.Counted;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user add}. */
@CommandLine.Command(
        name = "add",
        description = "Make a user, with the keys that may speak for it.",
        footer = {
            "",
            "Examples:",
            "  scp-before-relay user add gerard --key ~gerard/.ssh/id_ed25519.pub",
            "  scp-before-relay user add office --key - --sender @example.org --term 1h < office.pub"
        })
final class UserAddCommand extends UserCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "a-z, 0-9, '.', '_', '-'; at most 64 characters.")
    String name;

    @Option(
            names = "--key",
            paramLabel = "FILE|-",
            description = "Public keys, authorized_keys lines; - reads standard input.")
    List<String> keyFiles = new ArrayList<>();

    @Option(names = "--login", paramLabel = "LOGIN", description = "A POP, IMAP or SSH login name that is this user.")
    List<String> logins = new ArrayList<>();

    @Option(
            names = "--sender",
            paramLabel = "SENDER",
            description =
                    "An envelope sender that may be used: @example.org, @.example.org, gerard@example.org. Default: any.")
    List<String> senders = new ArrayList<>();

    @Option(
            names = "--may-announce",
            paramLabel = "NETWORK",
            description = "A network from which an address may be claimed without proof.")
    List<String> mayAnnounce = new ArrayList<>();

    @Option(names = "--term", paramLabel = "TERM", description = "How long an announcement lasts, like 20m.")
    @Nullable
    String term;

    @Option(names = "--devices", paramLabel = "N", description = "How many devices may have a lease at once.")
    @Nullable
    Integer devices;

    @Option(
            names = "--prefix6",
            paramLabel = "128|64",
            completionCandidates = Choices.Prefixes6.class,
            description = "64: lease the whole /64 of an IPv6 address.")
    @Nullable
    Integer prefix6;

    @Option(names = "--messages", paramLabel = "RATE", description = "How many messages may be relayed, like 200/h.")
    @Nullable
    String messages;

    @Option(names = "--recipients", paramLabel = "RATE", description = "To how many recipients, like 1000/h.")
    @Nullable
    String recipients;

    UserAddCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException, ControlException {
        UserName user = name(name);
        List<AuthorizedKey> keys = new ArrayList<>();
        keyFiles.forEach(file -> keys.addAll(readKeys(file)));
        Map<String, Consumer<UserEdit>> given = given(keys);
        checkEach(user, given);
        create(user, edit -> given.values().forEach(option -> option.accept(edit)));
        println("added " + user + " with " + Counted.of(keys.size(), "key", "keys"));
        keys.forEach(key -> println("  " + key.type() + " " + key.fingerprint() + " " + key.comment()));
        if (keys.isEmpty()) {
            println(terminal.yellow("  It has no key yet, so it cannot announce:") + "  "
                    + again("user key add " + user + " FILE"));
        }
        tellDaemon();
        return ExitStatus.DONE;
    }

    /** What each option writes. */
    private Map<String, Consumer<UserEdit>> given(List<AuthorizedKey> keys) {
        Map<String, Consumer<UserEdit>> given = new LinkedHashMap<>();
        given.put("--key", edit -> keys.forEach(edit::addKey));
        setList(given, "--login", "logins", logins);
        setList(given, "--sender", "senders", senders);
        setList(given, "--may-announce", "may_announce", mayAnnounce);
        set(given, "--term", "term", term);
        set(given, "--devices", "devices", devices);
        set(given, "--prefix6", "prefix6", prefix6);
        set(given, "--messages", "messages", messages);
        set(given, "--recipients", "recipients", recipients);
        return given;
    }

    private static void setList(Map<String, Consumer<UserEdit>> given, String option, String key, List<String> values) {
        if (!values.isEmpty()) {
            given.put(option, edit -> edit.set(key, values));
        }
    }

    private static void set(Map<String, Consumer<UserEdit>> given, String option, String key, @Nullable Object value) {
        if (value != null) {
            given.put(option, edit -> edit.set(key, value));
        }
    }

    /** A slip on the command line is said of the option: the file in which it would stand is not there. */
    private void checkEach(UserName user, Map<String, Consumer<UserEdit>> given) throws SettingsException {
        Path directory = places().usersDirectory();
        Settings settings = settings();
        for (Map.Entry<String, Consumer<UserEdit>> one : given.entrySet()) {
            for (String objection : UserEdit.objections(directory, user, settings, one.getValue())) {
                throw usage(one.getKey() + ": " + objection.replaceFirst("^[a-z0-9_]+: ", ""));
            }
        }
    }
}
