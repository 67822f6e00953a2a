package org.scpbeforerelay.source.login.follow;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.source.login.format.LogLine;

/**
 * The last lines of one unit in the systemd journal, for looking at.
 *
 * @param lines the oldest first; those alone that the journal vouches for, as {@link JournalFollower} takes them
 * @param complaint what journalctl had to say besides; empty when nothing
 */
public record JournalTail(List<LogLine> lines, String complaint) {
    /**
     * Reads them.
     *
     * @param journalctl the command: {@code journalctl}, with what tests add ({@code --file=…})
     * @param unit as {@link JournalFollower} takes it
     * @param count how many entries at most
     * @throws IOException when there is no journalctl, or it says that it failed
     */
    public static JournalTail read(List<String> journalctl, String unit, int count, long nowMs)
            throws IOException, InterruptedException {
        JournalUnits units = new JournalUnits(List.of(unit));
        List<String> command = new ArrayList<>(journalctl);
        command.addAll(List.of("--no-pager", "--output=json", "--lines=" + count));
        command.addAll(units.matches());
        Process running = new ProcessBuilder(command).start();
        try {
            running.getOutputStream().close();
            List<LogLine> lines = new ArrayList<>();
            try (BufferedReader out = running.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    JournalEntry entry = JournalEntry.parse(line, units, nowMs);
                    if (entry != null && entry.line() != null) {
                        lines.add(entry.line());
                    }
                }
            }
            String complaint = new String(running.getErrorStream().readNBytes(2_000), StandardCharsets.UTF_8).strip();
            int status = running.waitFor();
            if (status != 0) {
                throw new IOException(
                        "journalctl ended with status " + status + (complaint.isEmpty() ? "" : ": " + complaint));
            }
            return new JournalTail(lines, complaint);
        } finally {
            running.destroy();
        }
    }
}
