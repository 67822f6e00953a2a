package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A Postfix table of type lmdb (lmdb_table(5)), changed in place, since open mail connections would not see a rename.
 *
 * <p>{@code postmap lmdb:FILE} replaces everything in one transaction: readers see the old content until it is whole, and keep it when
 * postmap is killed. {@code postmap -i} and {@code -d} take a transaction, and a disk write, for each key: cheaper for a few, dear
 * for many (0.3 to 1.4 ms a key against 6 µs a row were measured). A file that postmap cannot change, a damaged one, is replaced by rename.
 */
final class LmdbTable extends AccessTable {
    /** One key by itself costs as much as this many rows of a whole replacement. */
    private static final int ROWS_PER_KEY = 100;

    private static final int FEW = 16;

    /** Exit status of {@code postmap -d} when it found none of the keys, or not all. */
    private static final int NOT_THERE = 1;

    LmdbTable(TableFiles files, TableTools tools) {
        super(files, tools);
    }

    @Override
    void replace(Collection<Row> rows) throws IOException, TableException {
        boolean there = Files.exists(files.published());
        writeText(rows);
        try {
            index(files.text());
            if (!there) {
                TableFiles.letServersRead(files.published());
            }
        } catch (TableException e) {
            if (!there) {
                throw e;
            }
            replaceByRename(rows, e);
        }
    }

    private void replaceByRename(Collection<Row> rows, TableException cause) throws IOException, TableException {
        try {
            files.write(files.beside(), rows);
            index(files.beside());
        } catch (TableException e) {
            cause.addSuppressed(e);
            throw cause;
        }
        TableFiles.rename(files.indexOf(files.beside()), files.published());
        Files.delete(files.beside());
    }

    @Override
    void alter(Collection<Row> removed, Collection<Row> put, Collection<Row> rows) throws IOException, TableException {
        int keys = removed.size() + put.size();
        if (keys > FEW + rows.size() / ROWS_PER_KEY || !Files.exists(files.published())) {
            replace(rows);
            return;
        }
        writeText(rows);
        if (!removed.isEmpty()) {
            delete(removed);
        }
        if (!put.isEmpty()) {
            files.write(files.input(), put);
            ToolRun.must(
                    tools.postmap(),
                    List.of("-r", "-i", name(files.text())),
                    files.input(),
                    files.output(),
                    tools.limit());
        }
    }

    private void delete(Collection<Row> removed) throws IOException, TableException {
        List<String> keys = new ArrayList<>();
        removed.forEach(row -> keys.add(row.addressText()));
        Files.write(files.input(), keys);
        List<String> arguments = List.of("-d", "-", name(files.text()));
        ToolRun.Result result = ToolRun.run(tools.postmap(), arguments, files.input(), files.output(), tools.limit());
        // A key that was not there is as good as deleted, and says nothing; errors say something.
        if (result.exit() != 0 && (result.exit() != NOT_THERE || !result.said().isEmpty())) {
            throw ToolRun.failure(tools.postmap(), arguments, result);
        }
    }

    @Override
    void index(Path text) throws IOException, TableException {
        ToolRun.must(tools.postmap(), List.of(name(text)), Path.of("/dev/null"), files.output(), tools.limit());
        if (!Files.exists(files.indexOf(text))) {
            throw new NoSuchFileException(files.indexOf(text).toString(), null, "postmap made none");
        }
    }

    private static String name(Path text) {
        return "lmdb:" + text;
    }

    /** Before the index, so that Postfix never finds the text newer and warns. */
    private void writeText(Collection<Row> rows) throws IOException {
        files.write(files.beside(), rows);
        TableFiles.rename(files.beside(), files.text());
    }
}
