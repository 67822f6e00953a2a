package org.scpbeforerelay.sink.table;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one table:
 * <pre>
 * NAME             the text: what mail servers read, or what the index is made of; a person can look
 * NAME.lmdb, .db   the index, where the type has one: what mail servers read
 * NAME.TYPE.ends   what is leased and until when: {@link EndsFile}
 * .NAME.TYPE.new   being built; its index beside it, .NAME.TYPE.new.lmdb
 * .NAME.TYPE.empty an empty table, ready to take the place of one that cannot be written any more
 * .NAME.TYPE.in    what a program was given last, and said: .NAME.TYPE.out
 * </pre>
 */
record TableFiles(Path folder, TableSettings table) {
    static final String ENDS = ".ends";

    Path text() {
        return folder.resolve(table.name());
    }

    /** What mail servers open. */
    Path published() {
        return indexOf(text());
    }

    Path ends() {
        return folder.resolve(table.name() + "." + table.type().word() + ENDS);
    }

    Path beside() {
        return hidden("new");
    }

    Path empty() {
        return hidden("empty");
    }

    Path input() {
        return hidden("in");
    }

    Path output() {
        return hidden("out");
    }

    /** The index that this type's program makes of a text. */
    Path indexOf(Path text) {
        return text.resolveSibling(text.getFileName() + table.type().extension());
    }

    /** Which table a record is of, by its name alone; null when that is none of a record. */
    static @Nullable TableSettings tableOf(Path ends) {
        String file = ends.getFileName().toString();
        int dot = file.lastIndexOf('.', file.length() - ENDS.length() - 1);
        if (!file.endsWith(ENDS) || dot < 0) {
            return null;
        }
        try {
            TableType type = TableType.of(file.substring(dot + 1, file.length() - ENDS.length()));
            return new TableSettings(file.substring(0, dot), type, TableValue.OK);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Writes a table's text into a file. */
    void write(Path file, Collection<Row> rows) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
            out.write(table.type().heading());
            for (Row row : rows) {
                out.write(row.line(table));
                out.write('\n');
            }
        }
    }

    /** Brings a finished file to its place in one step, durably: after a power cut it is the old one or the new one. */
    static void rename(Path from, Path to) throws IOException {
        letServersRead(from);
        force(from);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Brings a file's content, or the names in a folder, to the disk. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Mail servers run as users of their own: whatever the daemon's umask, all may read what is published. */
    static void letServersRead(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** Removes everything but what mail servers and people read. */
    void forget() throws IOException {
        for (Path file : List.of(ends(), beside(), indexOf(beside()), empty(), indexOf(empty()), input(), output())) {
            Files.deleteIfExists(file);
        }
    }

    private Path hidden(String what) {
        return folder.resolve("." + table.name() + "." + table.type().word() + "." + what);
    }
}
