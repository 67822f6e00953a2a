package org.scpbeforerelay.doctor;

import java.time.ZoneId;
import java.util.List;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.login.format.LineJudge;
import org.scpbeforerelay.source.login.format.LogLine;
import org.scpbeforerelay.source.login.format.LoginFormats;

/** Says what each line of a login log would do, and does none of it. */
public final class LogExam {
    private final LineJudge judge;

    private LogExam(LineJudge judge) {
        this.judge = judge;
    }

    /** With the formats of these services, own ones of the settings included; {@link SettingsException} names a wrong one. */
    public static LogExam of(Settings.LoginLog settings, List<String> services) throws SettingsException {
        try {
            return new LogExam(
                    new LineJudge(LoginFormats.read(settings.formats()).chosen(services), ZoneId.systemDefault()));
        } catch (FormatException e) {
            throw new SettingsException(
                    List.of(new SettingsException.Problem("[login_log]", 0, 0, String.valueOf(e.getMessage()))));
        }
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
