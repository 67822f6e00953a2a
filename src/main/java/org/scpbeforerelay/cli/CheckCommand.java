package org.scpbeforerelay.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.doctor.Finding;
import org.scpbeforerelay.doctor.Known;
import org.scpbeforerelay.doctor.LogExam;
import org.scpbeforerelay.doctor.PostfixExam;
import org.scpbeforerelay.doctor.RelayProbeExam;
import org.scpbeforerelay.doctor.SettingsExam;
import org.scpbeforerelay.doctor.TableExam;
import org.scpbeforerelay.view.Json;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code check}: the doctor, and the tester of log formats. */
@CommandLine.Command(
        name = "check",
        description =
                "Look at this host's setup: settings, users, tables, Postfix, the shared store, the running daemon. Each finding says what, where, why it "
                        + "matters, and what mends it. With --log: show what each line of a log would do.",
        footer = {
            "",
            "Exit status: 0 no problem (advice is not a problem), 1 a problem, or with --log a line that was not understood.",
            "",
            "Examples:",
            "  scp-before-relay check",
            "  scp-before-relay check --log /var/log/mail.log --service dovecot"
        })
final class CheckCommand extends Command {
    @Option(names = "--json", description = "Print {\"findings\":[…]}.")
    boolean json;

    @Option(
            names = "--log",
            paramLabel = "FILE|-",
            description = "Show what each line of this log would do; - reads standard input.")
    @Nullable
    String log;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "With --log: the format to read it with. Default: those of [login_log] services.")
    List<String> services = new ArrayList<>();

    @Option(
            names = {"-c", "--config-dir"},
            paramLabel = "DIR",
            description = "Postfix's configuration directory, as with its own commands; for a second Postfix.")
    @Nullable
    Path directory;

    @Option(
            names = "--probe",
            description =
                    "Also ask the running Postfix, as a stranger in a network of its own, whether it relays: EHLO, MAIL, RCPT, RSET, "
                            + "QUIT, never a message. Needs root; leaves lines in the mail log.")
    boolean probe;

    CheckCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException {
        Settings settings = SettingsFile.read(places().settingsFile());
        if (log != null) {
            return testLog(settings, log);
        }
        List<Finding> findings = new ArrayList<>(SettingsExam.examine(places(), settings, known()));
        findings.addAll(TableExam.examine(settings));
        findings.addAll(PostfixExam.examine(places(), settings, directory));
        if (probe) {
            findings.addAll(RelayProbeExam.examine(directory));
        }
        findings.addAll(examineDaemon());
        show(findings);
        return findings.stream().anyMatch(one -> one.grade() == Finding.Grade.PROBLEM)
                ? ExitStatus.NO
                : ExitStatus.DONE;
    }

    private Known known() throws SettingsException {
        Set<String> holders = new HashSet<>();
        try {
            ask(
                    Json.object().put("do", "leases"),
                    lease -> holders.add(lease.path("user").asString("")));
            return new Known(System.currentTimeMillis(), holders);
        } catch (ControlException e) {
            return new Known(System.currentTimeMillis(), null);
        }
    }

    private List<Finding> examineDaemon() throws SettingsException {
        String where = places().controlSocket().toString();
        try {
            List<Finding> findings = new ArrayList<>();
            JsonNode status = ask(Json.object().put("do", "status"));
            findings.add(Finding.good(
                    "the daemon runs, version " + status.path("version").asString(), where));
            status.path("problems")
                    .forEach(problem -> findings.add(
                            Finding.problem(problem.asString(), where, "the daemon itself says so", "see its log")));
            return findings;
        } catch (ControlException e) {
            if (e.exitStatus() == ExitStatus.NOT_PERMITTED) {
                return List.of(Finding.advice(
                        String.valueOf(e.getMessage()),
                        where,
                        "nothing is known of the daemon, nor whether one runs",
                        "run check as root, or as a member of the socket's group"));
            }
            return List.of(Finding.problem(
                    String.valueOf(e.getMessage()), where, "nobody's announcement is heard", again("serve")));
        }
    }

    private void show(List<Finding> findings) {
        if (json) {
            ArrayNode rows = Json.array();
            for (Finding one : findings) {
                rows.addObject()
                        .put("grade", one.grade().name().toLowerCase(Locale.ROOT))
                        .put("what", one.what())
                        .put("where", one.where())
                        .put("why", one.why())
                        .put("remedy", one.remedy());
            }
            ObjectNode answer = Json.object();
            answer.set("findings", rows);
            println(Json.line(answer));
            return;
        }
        for (Finding one : findings) {
            String mark = switch (one.grade()) {
                case GOOD -> terminal.green("good     ");
                case ADVICE -> terminal.yellow("advice   ");
                case PROBLEM -> terminal.red("problem  ");
            };
            println(mark + one.what() + terminal.dim("  (" + one.where() + ")"));
            if (one.grade() != Finding.Grade.GOOD) {
                println("         why   " + one.why());
                println("         mend  " + one.remedy());
            }
        }
    }

    private int testLog(Settings settings, String file) throws SettingsException {
        List<String> chosen = services.isEmpty() ? settings.loginLog().services() : services;
        LogExam exam = logExam(settings, chosen);
        try (BufferedReader lines = open(file)) {
            long nowMs = System.currentTimeMillis();
            boolean allUnderstood = true;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String said = exam.explain(line, nowMs);
                boolean understood = !said.startsWith("NOT UNDERSTOOD");
                allUnderstood &= understood;
                if (!said.startsWith("not ours")) {
                    String verdict =
                            said.startsWith("login:") ? terminal.green(said) : understood ? said : terminal.red(said);
                    println(verdict);
                    println(terminal.dim("    " + printable(line)));
                }
            }
            return allUnderstood ? ExitStatus.DONE : ExitStatus.NO;
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitStatus.NO, "there is no file " + file);
        } catch (IOException e) {
            throw new CommandFailure(ExitStatus.NO, file + " cannot be read: " + e.getMessage());
        }
    }

    private LogExam logExam(Settings settings, List<String> chosen) throws SettingsException {
        try {
            return LogExam.of(places().settingsFile(), settings.loginLog(), chosen);
        } catch (SettingsException e) {
            String what = e.problems().getFirst().what();
            if (!services.isEmpty() && what.startsWith(LogExam.OF_SERVICES)) {
                throw usage("--service: " + what.substring(LogExam.OF_SERVICES.length()));
            }
            throw e;
        }
    }

    private static BufferedReader open(String file) throws IOException {
        // ISO 8859-1 reads any bytes; what matters in a line is ASCII.
        return file.equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1))
                : Files.newBufferedReader(Path.of(file), StandardCharsets.ISO_8859_1);
    }

    private static String printable(String line) {
        return line.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
