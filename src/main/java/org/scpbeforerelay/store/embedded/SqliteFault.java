package org.scpbeforerelay.store.embedded;

import java.nio.file.Path;
import java.sql.SQLException;
import org.scpbeforerelay.store.StoreException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What a failure of SQLite means for the person who keeps the host: the place, and what to do about it. */
final class SqliteFault {
    private SqliteFault() {}

    /** Whether the file itself is at fault, and not its surroundings. Result codes: https://sqlite.org/rescode.html */
    static boolean isDamage(SQLException fault) {
        SQLiteErrorCode code = codeOf(fault);
        return primary(code) == SQLiteErrorCode.SQLITE_CORRUPT.code
                || primary(code) == SQLiteErrorCode.SQLITE_NOTADB.code
                || code == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ
                || code == SQLiteErrorCode.SQLITE_IOERR_CORRUPTFS;
    }

    static StoreException explain(Path file, SQLException fault) {
        return new StoreException("the lease store " + file + " " + meaning(codeOf(fault), file, fault), fault);
    }

    private static String meaning(SQLiteErrorCode code, Path file, SQLException fault) {
        return switch (primaryOf(code)) {
            case SQLITE_FULL -> "cannot grow: its disk is full; make room on it (df " + file.getParent() + ")";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "cannot be written: check the owner and mode of the file and of its folder, and whether the disk is mounted"
                        + " read-only (" + code + ")";
            case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL ->
                "is locked by another program: end it, or its open transaction (fuser " + file + " names it)";
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                "is damaged (" + code + "): restart the daemon, which sets it aside and begins a new one";
            case SQLITE_IOERR ->
                "could not be read or written (" + code + "): look for disk errors in the kernel's log (dmesg)";
            default -> "failed: " + fault.getMessage();
        };
    }

    private static SQLiteErrorCode codeOf(SQLException fault) {
        return fault instanceof SQLiteException known ? known.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }

    private static int primary(SQLiteErrorCode code) {
        return code == SQLiteErrorCode.UNKNOWN_ERROR ? -1 : code.code & 0xff;
    }

    private static SQLiteErrorCode primaryOf(SQLiteErrorCode code) {
        return SQLiteErrorCode.getErrorCode(primary(code));
    }
}
