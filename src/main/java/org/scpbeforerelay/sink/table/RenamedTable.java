package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * A table that is built beside and renamed over the old one: hash and cdb of Postfix, Sendmail's access map, and the files of lines. An
 * index is never changed in place: {@code postmap} and {@code makemap} empty a hash first, and readers would find it short, or be
 * locked out, or be left with nothing when the program is killed.
 *
 * <p>Postfix notices at the next mail connection that its file was replaced (the old one has no link any more), whatever the seconds
 * of the time stamps say; a connection that is open keeps the content with which it began.
 */
final class RenamedTable extends AccessTable {
    private static final Path NOTHING = Path.of("/dev/null");

    RenamedTable(TableFiles files, TableTools tools) {
        super(files, tools);
    }

    @Override
    void replace(Collection<Row> rows) throws IOException, TableException {
        Path beside = files.beside();
        files.write(beside, rows);
        index(beside);
        Path index = files.indexOf(beside);
        if (!index.equals(beside)) {
            if (Files.size(index) == 0) {
                throw new IOException(index + " came out empty");
            }
            TableFiles.rename(index, files.published());
        }
        TableFiles.rename(beside, files.text());
        tell();
    }

    @Override
    void alter(Collection<Row> removed, Collection<Row> put, Collection<Row> rows) throws IOException, TableException {
        replace(rows);
    }

    @Override
    void index(Path text) throws IOException, TableException {
        if (!files.indexOf(text).equals(text)) {
            // What a killed program has left would be in the next one's way: Berkeley DB makes __db.NAME
            // first, renames it, and where there is one already tries for 100 s and gives up.
            Path index = files.indexOf(text);
            Files.deleteIfExists(index);
            Files.deleteIfExists(index.resolveSibling("__db." + index.getFileName()));
        }
        switch (settings().type()) {
            case HASH, CDB ->
                ToolRun.must(
                        tools.postmap(),
                        List.of(settings().type().word() + ":" + text),
                        NOTHING,
                        files.output(),
                        tools.limit());
            case SENDMAIL ->
                ToolRun.must(
                        tools.makemap(),
                        List.of("hash", files.indexOf(text).toString()),
                        text,
                        files.output(),
                        tools.limit());
            case OPENSMTPD, LINES -> {
                // The text is what servers read.
            }
            case LMDB -> throw new IllegalStateException("an lmdb table is changed in place");
        }
    }

    /** OpenSMTPD reads a table when it is told to, and then at once, for open connections too. */
    private void tell() throws TableException {
        if (settings().type() == TableType.OPENSMTPD && !tools.smtpctl().isEmpty()) {
            ToolRun.must(
                    tools.smtpctl(),
                    List.of("update", "table", settings().name()),
                    NOTHING,
                    files.output(),
                    tools.limit());
        }
    }
}
