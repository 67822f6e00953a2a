package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.view.Counted;

/** The record as a command reads it: its failures are said with what to do. */
final class PastRecord {
    private final Path folder;
    private final HistoryReader reader;
    private final Terminal terminal;

    /** What is read. */
    interface Reading<T> {
        T from(HistoryReader reader) throws IOException;
    }

    PastRecord(Path folder, Terminal terminal) {
        this.folder = folder;
        this.reader = new HistoryReader(folder);
        this.terminal = terminal;
    }

    <T> T read(Reading<T> reading) {
        try {
            T read = reading.from(reader);
            if (reader.cut() > 0) {
                terminal.err()
                        .println("scp-before-relay: " + Counted.of(reader.cut(), "line was", "lines were")
                                + " cut off, by a crash or a full disk");
            }
            return read;
        } catch (AccessDeniedException e) {
            throw new CommandFailure(
                    ExitStatus.NOT_PERMITTED,
                    e.getFile() + " may not be read; ask as root, or as a member of the daemon's group");
        } catch (IOException e) {
            throw new CommandFailure(ExitStatus.NOT_REACHABLE, folder + " cannot be read: " + e.getMessage());
        }
    }

    /** What to say where nothing was found. */
    String nothing(String sentence) {
        return Files.isDirectory(folder)
                ? sentence
                : "There is no record in " + folder + " yet: the daemon begins it at its first start.";
    }
}
