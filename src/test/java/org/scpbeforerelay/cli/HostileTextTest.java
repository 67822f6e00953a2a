package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.view.Json;

/** What strangers can have written down somewhere is shown by the commands, and not obeyed by the terminal. */
final class HostileTextTest {
    private static final String HOSTILE = "\u001b]0;title\u0007\u001b[2J\u009b31m\u007f\r\u202egnp\u2066";
    private static final String SHOWN = "\\u001b]0;title\\u0007\\u001b[2J\\u009b31m\\u007f\\u000d\\u202egnp\\u2066";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private Terminal terminal(Map<String, String> environment) {
        return new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), true, environment);
    }

    @Test
    void aTerminalIsToldNothingByTextFromOutside() {
        Terminal terminal = terminal(Map.of());
        terminal.out().println("a " + HOSTILE + "\n\tb");
        terminal.err().print(HOSTILE);
        terminal.err().print('\u001b');
        terminal.err().append(HOSTILE, 0, 1).flush();
        assertThat(out.toString()).isEqualTo("a " + SHOWN + "\n\tb" + System.lineSeparator());
        assertThat(err.toString()).isEqualTo(SHOWN + "\\u001b\\u001b");
    }

    @Test
    void coloursAreTheProgramsOwnAndAroundWhatIsFromOutside() {
        Terminal terminal = terminal(Map.of());
        terminal.out().print(terminal.green("permitted " + HOSTILE));
        assertThat(out.toString()).isEqualTo("\u001b[32mpermitted " + SHOWN + "\u001b[0m");
        Terminal plain = terminal(Map.of("NO_COLOR", "1"));
        plain.err().print(plain.green("permitted"));
        assertThat(err.toString()).isEqualTo("permitted");
    }

    @Test
    void jsonStaysTheSameJson() {
        String line = Json.line(Json.object().put("sender", HOSTILE));
        terminal(Map.of()).out().print(line);
        assertThat(out.toString().chars()).noneMatch(Character::isISOControl);
        assertThat(Json.read(out.toString())).isEqualTo(Json.read(line));
    }

    @Test
    void historyAndExplainShowWhatSomebodyPutIntoTheRecord(@TempDir Path state) throws IOException {
        Files.createDirectories(state.resolve("history"));
        Files.writeString(
                state.resolve("history/20260102T120000000.jsonl"),
                Json.line(Json.object()
                                .put("at", "2026-01-02T12:00:00Z")
                                .put("event", "mail")
                                .put("queue_id", "4AbC")
                                .put("user", "gerard")
                                .put("device", "gwaihir")
                                .put("address", "203.0.113.7")
                                .put("granted_at", "2026-01-02T11:00:00Z")
                                .put("sender", HOSTILE)
                                .put("recipients", 1)
                                .put("door", "tcp"))
                        + "\n");
        Terminal terminal = terminal(Map.of("NO_COLOR", "1"));
        assertThat(Main.run(terminal, "history", "--mails", "--since", "36500d", "--state", state.toString()))
                .isZero();
        assertThat(out.toString()).contains("<" + SHOWN + ">", "told on a TCP port");
        out.getBuffer().setLength(0);
        assertThat(Main.run(terminal, "explain", "--queue-id", "4AbC", "--state", state.toString()))
                .isZero();
        assertThat(out.toString()).contains("<" + SHOWN + ">", "told on a TCP port");
    }
}
