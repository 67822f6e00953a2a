package org.scpbeforerelay.cli;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.doctor.PostfixExam;
import org.scpbeforerelay.postfix.Examination;
import org.scpbeforerelay.postfix.MailSetup;
import org.scpbeforerelay.postfix.Ours;
import org.scpbeforerelay.postfix.Plan;
import org.scpbeforerelay.postfix.Planner;
import org.scpbeforerelay.postfix.Way;
import org.scpbeforerelay.postfix.host.ConfigDirectory;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.postfix.host.PostfixException;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code postfix}: makes this host's Postfix ask. */
@CommandLine.Command(
        name = "postfix",
        description =
                "Show what to change in main.cf and master.cf so that this host's Postfix asks for leases: as a diff, with the "
                        + "reason for each change, and what is left alone and why. Nothing is written without --apply.",
        footer = {
            "",
            "--apply keeps copies in scp-before-relay.undo beside main.cf, and has postconf read the new files before they count. "
                    + "Postfix is not reloaded: do that with 'postfix reload', once the daemon answers at its socket.",
            "",
            "Exit status: 0 done, 1 there is no Postfix or nothing to undo, 73 cannot write, 77 refused: an open relay, or somebody "
                    + "edited since --apply (the difference is shown), 78 the settings are wrong, or do not answer in this way.",
            "",
            "Examples:",
            "  scp-before-relay postfix",
            "  scp-before-relay postfix --apply",
            "  scp-before-relay postfix --undo && postfix reload"
        })
final class PostfixCommand extends Command {
    /** How Postfix is to ask. */
    enum Ways {
        policy,
        socketmap,
        table
    }

    /** One of the two. */
    static final class Doing {
        @Option(names = "--apply", required = true, description = "Write the changes, with a copy of what was there.")
        boolean apply;

        @Option(
                names = "--undo",
                required = true,
                description = "Give back the files as they were before the last --apply, byte for byte; refused when "
                        + "somebody edited them since.")
        boolean undo;
    }

    @ArgGroup
    @Nullable
    Doing doing;

    @Option(
            names = "--way",
            paramLabel = "policy|socketmap|table",
            description =
                    "How Postfix is to ask: policy (default) by a socket in the queue directory, with senders and quotas; "
                            + "socketmap by TCP; table reads the first [[table]] of the settings.")
    Ways way = Ways.policy;

    @Option(
            names = {"-c", "--config-dir"},
            paramLabel = "DIR",
            description = "Postfix's configuration directory, as with its own commands; for a second Postfix.")
    @Nullable
    Path directory;

    @Option(
            names = "--json",
            description =
                    "Print {\"changed\",\"diff\":[…],\"changes\":[…],\"left_alone\":[…],\"next\":[…]}; with --undo "
                            + "{\"changed\",\"files\":[…],\"in_the_way\":[…]}.")
    boolean json;

    PostfixCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException {
        Postconf postconf = Postconf.installed(directory)
                .orElseThrow(() -> new CommandFailure(
                        ExitStatus.NO,
                        "there is no postconf on this host: Postfix is not installed (docs/lookup-protocols.md for other "
                                + "mail servers)"));
        try {
            ConfigDirectory files = new ConfigDirectory(postconf);
            return doing != null && doing.undo ? undo(files) : plan(postconf, files);
        } catch (PostfixException e) {
            throw new CommandFailure(
                    e.isWriting() ? ExitStatus.CANNOT_WRITE : ExitStatus.NO, String.valueOf(e.getMessage()));
        }
    }

    private int plan(Postconf postconf, ConfigDirectory files) throws PostfixException, SettingsException {
        Settings settings = SettingsFile.read(places().settingsFile());
        Ours ours = PostfixExam.ours(places(), settings);
        MailSetup setup = postconf.setup();
        Way chosen = way(ours);
        Plan plan = Planner.plan(setup, ours, chosen);
        if (plan.isRefused()) {
            throw new CommandFailure(ExitStatus.NOT_PERMITTED, plan.refusal());
        }
        PostfixReport report = new PostfixReport(files.directory());
        report.plan(setup, plan);
        Path given = directory;
        report.leftAlone(Examination.leftAlone(setup, ours).stream()
                .map(remark -> given == null ? remark : remark.forConfigDirectory(given.toString()))
                .toList());
        boolean apply = doing != null && doing.apply;
        boolean changes = !plan.changes().isEmpty();
        if (chosen instanceof Way.Policy) {
            // First of all: Postfix defers all mail while nobody answers at a socket that it asks.
            socketSteps(setup, ours).forEach(report::next);
        }
        if (changes && !apply) {
            report.next(again("postfix --apply"
                    + (way == Ways.policy ? "" : " --way " + way)
                    + (directory == null ? "" : " -c " + directory)));
        }
        if (changes && apply) {
            report.written(files.apply(setup, plan));
            if (chosen instanceof Way.Policy) {
                warnWhereNobodyAnswers(setup);
            }
        }
        if (changes) {
            report.next(command("postfix", "reload"));
        }
        if (json) {
            println(terminal.isInteractive() ? Json.pretty(report.json()) : Json.line(report.json()));
        } else {
            report.print(terminal);
        }
        return ExitStatus.DONE;
    }

    private String command(String program, String argument) {
        return program + (directory == null ? "" : " -c " + directory) + " " + argument;
    }

    private void warnWhereNobodyAnswers(MailSetup setup) {
        Path socket = Path.of(setup.value("queue_directory"), Ours.SOCKET);
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
        } catch (IOException e) {
            terminal.err()
                    .println("warning: nobody answers at " + socket
                            + " yet, and Postfix would defer all mail: see to that before 'postfix reload'");
        }
    }

    /** What the policy socket needs beside Postfix's files; none when it is in the settings, and its folder is there. */
    private List<String> socketSteps(MailSetup setup, Ours ours) throws SettingsException {
        String socket = setup.value("queue_directory") + "/" + Ours.SOCKET;
        List<String> steps = new ArrayList<>();
        Path folder = Path.of(setup.value("queue_directory"), "scp");
        if (!Files.isDirectory(folder)) {
            steps.add("install -d -o " + daemonsUser() + " -g " + group(setup) + " -m 2750 " + folder);
        }
        if (!ours.sockets().contains(socket)) {
            steps.add("write into " + places().settingsFile() + ":");
            List<String> listen = new ArrayList<>(ours.endpoints());
            listen.addAll(
                    ours.sockets().stream().sorted().map(path -> "unix:" + path).toList());
            listen.add("unix:" + socket);
            steps.add("  [lookup]");
            steps.add("  listen = [\"" + String.join("\", \"", listen) + "\"]");
        }
        if (!steps.isEmpty()) {
            steps.add("start the daemon anew");
        }
        return steps;
    }

    private static String group(MailSetup setup) {
        String owner = setup.value("mail_owner");
        return owner.isEmpty() ? "postfix" : owner;
    }

    /** Who owns the daemon's data; it must be able to make its socket. */
    private String daemonsUser() throws SettingsException {
        Places places = places();
        try {
            return Files.getOwner(places.dataDirectory()).getName();
        } catch (IOException e) {
            return "scp-before-relay";
        }
    }

    private Way way(Ours ours) {
        return switch (way) {
            case policy -> new Way.Policy();
            case socketmap ->
                new Way.Table("socketmap:inet:"
                        + ours.endpoints().stream()
                                .findFirst()
                                .map(endpoint -> endpoint.replaceFirst("^0\\.0\\.0\\.0:", "127.0.0.1:"))
                                .orElseThrow(
                                        () -> new CommandFailure(
                                                ExitStatus.CONFIGURATION,
                                                "the settings answer on no TCP port; write [lookup] listen = [\"127.0.0.1:10040\"]"))
                        + ":relay");
            case table ->
                new Way.Table(ours.tables().stream()
                        .filter(table -> table.matches("(lmdb|hash|cdb):.*"))
                        .findFirst()
                        .orElseThrow(() -> new CommandFailure(
                                ExitStatus.CONFIGURATION,
                                "the settings keep no table that Postfix reads; write [[table]] name = \"relay-clients\" "
                                        + "type = \"lmdb\" (docs/access-tables.md)")));
        };
    }

    private int undo(ConfigDirectory files) throws PostfixException {
        Optional<ConfigDirectory.Undone> undone = files.undo();
        if (undone.isEmpty()) {
            throw new CommandFailure(ExitStatus.NO, "there is nothing to undo in " + files.directory());
        }
        List<String> inTheWay = undone.get().inTheWay();
        List<String> changed = undone.get().files();
        if (json) {
            ObjectNode answer = Json.object().put("changed", inTheWay.isEmpty());
            changed.forEach(answer.putArray("files")::add);
            inTheWay.forEach(answer.putArray("in_the_way")::add);
            println(terminal.isInteractive() ? Json.pretty(answer) : Json.line(answer));
        } else {
            inTheWay.forEach(this::println);
        }
        if (!inTheWay.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.NOT_PERMITTED,
                    "somebody edited since --apply (see the lines above): nothing was changed. Take the edit back first, or "
                            + "take out by hand what 'scp-before-relay postfix' put in");
        }
        if (!json) {
            println(terminal.green("As it was: ") + String.join(", ", changed) + " in " + files.directory());
            println("Next:");
            println("  " + command("postfix", "reload"));
        }
        return ExitStatus.DONE;
    }
}
