package org.scpbeforerelay.sink.table;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.Network;

/**
 * What a table is meant to hold, with every end, for whoever has to end it while the daemon is away. Written before the table.
 *
 * <pre>
 * scp-before-relay-ends 1
 * table relay-clients lmdb OK
 * boot 7f8b1f6e-5d0b-4a27-9d6c-0a4b0f5f1a11
 * writer daemon
 * 203.0.113.7/32 1763816400000 123456789     client, end by the wall clock, by the monotonic clock (milliseconds)
 * 203.0.113.7/32 -                           it is to go
 * </pre>
 *
 * <p>Of several lines about one client the last counts: changes are appended, and the file is written anew when more than half
 * of it is history. A last line without its end was cut off by a kill or a full disk and does not count; nor does anything
 * behind a line that makes no sense: what is not read is not leased. Nor does a file that is none, or that tells of another table
 * than its name does: a table with such a record is emptied.
 *
 * <p>A file that was written anew, and what was taken out of a table, is on the disk before the table is changed: after a power
 * cut nobody is back of whom the record has said that he is to go.
 */
final class EndsFile {
    private static final String MAGIC = "scp-before-relay-ends 1";
    private static final int HISTORY_MIN = 1_024;

    private final Path file;
    private final TableSettings table;
    private final String bootId;
    private long lines;
    private boolean whole;

    EndsFile(Path file, TableSettings table, String bootId) {
        this.file = file;
        this.table = table;
        this.bootId = bootId;
    }

    /**
     * What was read.
     *
     * @param rows by client
     * @param bootId whose monotonic clock the deadlines are of
     * @param writer {@code daemon}, or {@code expirer}
     * @param unsure whether the table may show clients that are not in {@code rows}
     */
    record Content(TableSettings table, SortedMap<Network, Row> rows, String bootId, String writer, boolean unsure) {}

    /** Writes the file anew. */
    void write(Collection<Row> rows, String writer) throws IOException {
        whole = false;
        Path beside = file.resolveSibling("." + file.getFileName() + ".new");
        try (BufferedWriter out = Files.newBufferedWriter(beside, StandardCharsets.US_ASCII)) {
            out.write(MAGIC + "\n");
            out.write("table " + table.name() + " " + table.type().word() + " "
                    + table.value().word() + "\n");
            out.write("boot " + bootId + "\n");
            out.write("writer " + writer + "\n");
            for (Row row : rows) {
                out.write(line(row));
            }
        }
        TableFiles.force(beside);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        TableFiles.force(file.resolveSibling("."));
        lines = rows.size();
        whole = true;
    }

    /**
     * Adds changes.
     *
     * @param rows all rows, with the changes made
     */
    void append(Collection<Row> removed, Collection<Row> put, Collection<Row> rows) throws IOException {
        lines += removed.size() + put.size();
        if (!whole || lines > HISTORY_MIN + 2L * rows.size()) {
            write(rows, "daemon");
            return;
        }
        StringBuilder text = new StringBuilder();
        removed.forEach(row -> text.append(row.client()).append(" -\n"));
        put.forEach(row -> text.append(line(row)));
        whole = false; // A cut line at the end must not be written on to.
        Files.writeString(file, text, StandardCharsets.US_ASCII, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
        if (!removed.isEmpty()) {
            TableFiles.force(file);
        }
        whole = true;
    }

    /** Reads a file; {@link IOException} when it is none, or another table's. */
    static Content read(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>();
        for (int from = 0, end; (end = text.indexOf('\n', from)) >= 0; from = end + 1) {
            lines.add(text.substring(from, end));
        }
        if (lines.size() < 4 || !lines.getFirst().equals(MAGIC)) {
            throw new IOException(file + " does not begin with '" + MAGIC + "'");
        }
        String[] words = lines.get(1).split(" ");
        try {
            TableSettings table = new TableSettings(words[1], TableType.of(words[2]), TableValue.of(words[3]));
            if (!table.isSameTable(TableFiles.tableOf(file))) {
                throw new IOException(file + " says '" + lines.get(1) + "', which is another table's");
            }
            SortedMap<Network, Row> rows = rows(lines.subList(4, lines.size()));
            boolean unsure = lines.size() != 4 + rows.size() || !text.endsWith("\n");
            return new Content(table, rows, word(lines.get(2)), word(lines.get(3)), unsure);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + " says '" + lines.get(1) + "' and not which table it is of", e);
        }
    }

    private static SortedMap<Network, Row> rows(List<String> lines) {
        SortedMap<Network, Row> rows = new TreeMap<>(Row.ORDER);
        for (String line : lines) {
            String[] words = line.split(" ");
            try {
                Network client = Network.parse(words[0]);
                if (words.length == 2 && words[1].equals("-")) {
                    rows.remove(client);
                } else if (words.length == 3) {
                    rows.put(client, new Row(client, Long.parseLong(words[1]), Long.parseLong(words[2])));
                } else {
                    break;
                }
            } catch (AddressSyntaxException | NumberFormatException e) {
                break;
            }
        }
        return rows;
    }

    private static String word(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    private static String line(Row row) {
        return row.client() + " " + row.endsAtMs() + " " + row.deadlineMs() + "\n";
    }
}
