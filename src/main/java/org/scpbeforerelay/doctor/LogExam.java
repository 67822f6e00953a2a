package org.scpbeforerelay.doctor;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.login.format.LineJudge;
import org.scpbeforerelay.source.login.format.LogLine;
import org.scpbeforerelay.source.login.format.LoginFormats;

/** Says what each line of a login log would do, and does none of it. */
public final class LogExam {
    /** How a problem begins that is one of the names of the services. */
    public static final String OF_SERVICES = "[login_log] services: ";

    private final LineJudge judge;

    private LogExam(LineJudge judge) {
        this.judge = judge;
    }

    /** {@link SettingsException} when these services have no format, or an own format is wrong; says where. */
    public static void check(Path settingsFile, Settings.LoginLog settings) throws SettingsException {
        of(settingsFile, settings, settings.services());
    }

    /** With the formats of these services, own ones of the settings included; {@link SettingsException} names a wrong one. */
    public static LogExam of(Path settingsFile, Settings.LoginLog settings, List<String> services)
            throws SettingsException {
        try {
            return of(settings, services);
        } catch (FormatException e) {
            throw wrong(settingsFile, e);
        }
    }

    static LogExam of(Settings.LoginLog settings, List<String> services) throws FormatException {
        return new LogExam(
                new LineJudge(LoginFormats.read(settings.formats()).chosen(services), ZoneId.systemDefault()));
    }

    /** The same as problems of the settings, each with the place to go to. */
    public static SettingsException wrong(Path settingsFile, FormatException e) {
        return new SettingsException(e.problems().stream()
                .map(problem -> problem.key().isEmpty()
                        ? new SettingsException.Problem(
                                problem.file(), problem.line(), problem.column(), problem.what())
                        : SettingsFile.problem(
                                settingsFile, List.of("login_log", problem.key()), "[login_log] " + problem.what()))
                .toList());
    }

    /** A sentence that begins with {@code login:}, {@code logout:}, {@code no login:}, {@code NOT UNDERSTOOD:} or {@code not ours:}. */
    public String explain(String line, long nowMs) {
        return judge.explainLine(line, nowMs);
    }

    /** The same of a line of the journal. */
    String explain(LogLine line) {
        return judge.explain(line);
    }
}
