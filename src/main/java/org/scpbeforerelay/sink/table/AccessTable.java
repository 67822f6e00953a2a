package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table as mail servers read it. After a call has returned, new mail connections find the new content; at every instant
 * before that the old content or the new, whole. Used by one thread at a time; not bound to the daemon: the expirer uses it too.
 */
abstract sealed class AccessTable permits LmdbTable, RenamedTable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessTable.class);

    final TableFiles files;
    final TableTools tools;

    AccessTable(TableFiles files, TableTools tools) {
        this.files = files;
        this.tools = tools;
    }

    static AccessTable of(TableFiles files, TableTools tools) {
        return files.table().type() == TableType.LMDB ? new LmdbTable(files, tools) : new RenamedTable(files, tools);
    }

    TableSettings settings() {
        return files.table();
    }

    /** Makes the table hold these rows, in their order, and nothing else. */
    final void write(Collection<Row> rows) throws TableException {
        try {
            replace(rows);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Makes a few changes to a table known to hold what {@code rows} says but for them.
     *
     * @param removed rows that are to go, or whose value is to change
     * @param put rows that are to come; all in {@code rows}
     */
    final void change(Collection<Row> removed, Collection<Row> put, Collection<Row> rows) throws TableException {
        try {
            alter(removed, put, rows);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    abstract void replace(Collection<Row> rows) throws IOException, TableException;

    abstract void alter(Collection<Row> removed, Collection<Row> put, Collection<Row> rows)
            throws IOException, TableException;

    /** Makes the index of a text, beside it. */
    abstract void index(Path text) throws IOException, TableException;

    /** Takes every row away, by whatever way there is. */
    final void empty() throws TableException {
        try {
            write(List.of());
        } catch (TableException e) {
            LOG.warn("table {}: {}", settings(), e.getMessage());
            withdraw();
        }
    }

    /** Has an empty table ready for {@link #withdraw}. */
    final void prepareEmpty() throws TableException {
        try {
            files.write(files.empty(), List.of());
            index(files.empty());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Takes every row away without any program's help: the empty table takes this one's place. Where there is none, the table
     * is removed, and mail servers that use it defer (Postfix: 451) what they would have looked up in it.
     */
    final void withdraw() throws TableException {
        try {
            Path prepared = files.indexOf(files.empty());
            if (Files.exists(prepared)) {
                Path copy = files.indexOf(files.beside());
                Files.copy(prepared, copy, StandardCopyOption.REPLACE_EXISTING);
                TableFiles.rename(copy, files.published());
            } else {
                Files.deleteIfExists(files.published());
                LOG.error(
                        "table {}: no empty table was ready, so {} was removed; mail servers that read it defer relayed mail"
                                + " (Postfix: 451) until it can be written again",
                        settings(),
                        files.published());
            }
            if (!files.text().equals(files.published())) {
                files.write(files.text(), List.of());
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private TableException failure(IOException e) {
        return new TableException(
                "cannot write " + files.published() + " (" + e
                        + "): the daemon's user must own the folder, and the disk must" + " have room",
                e);
    }
}
