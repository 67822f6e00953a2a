package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables fit the terminal: on a narrow one the last columns, which matter least, are left out. */
final class TextTableTest {
    private static String printed(boolean interactive, String columns) {
        StringWriter out = new StringWriter();
        TextTable table = new TextTable("WHO", "ADDRESS", "LEFT", "UNTIL", "SINCE");
        table.row("gerard/gwaihir", "203.0.113.7", "19m 58s", "2026-11-22T12:20:00Z", "2026-11-22T12:00:00Z");
        PrintWriter writer = new PrintWriter(out, true);
        table.print(writer, new Terminal(writer, writer, interactive, Map.of("NO_COLOR", "1", "COLUMNS", columns)));
        return out.toString();
    }

    @Test
    void aWideTerminalShowsAll() {
        assertThat(printed(true, "200")).contains("SINCE").contains("2026-11-22T12:00:00Z");
    }

    @Test
    void aNarrowOneShowsTheFirstColumnsThatFit() {
        String text = printed(true, "40");
        assertThat(text.lines()).allMatch(line -> line.length() <= 40);
        assertThat(text).contains("203.0.113.7").contains("19m 58s").doesNotContain("UNTIL");
    }

    @Test
    void whatIsTooNarrowForTwoColumnsShowsTwo() {
        assertThat(printed(true, "5")).contains("203.0.113.7").doesNotContain("LEFT");
    }

    @Test
    void aPipeGetsAll() {
        assertThat(printed(false, "40")).contains("SINCE").contains("2026-11-22T12:00:00Z");
        assertThat(printed(true, "not a number")).contains("SINCE");
    }
}
