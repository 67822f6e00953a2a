package org.scpbeforerelay.sink.table;

/** How a table is written, and who reads it. */
public enum TableType {
    /** Postfix, LMDB: changed in place by transactions, seen by open mail connections too. */
    LMDB("lmdb", ".lmdb", 0, false),
    /** Postfix, Berkeley DB: seen by new mail connections. */
    HASH("hash", ".db", 1_000, false),
    /** Postfix, constant database: seen by new mail connections. */
    CDB("cdb", ".cdb", 0, false),
    /** Sendmail's access map, Berkeley DB by makemap: seen by new mail connections. */
    SENDMAIL("sendmail", ".db", 1_000, false),
    /** OpenSMTPD's file table, which is told to read it again. */
    OPENSMTPD("opensmtpd", "", 0, false),
    /** One address, or network, a line. */
    LINES("lines", "", 0, true);

    private final String word;
    private final String extension;
    private final long gapMs;
    private final boolean holdsNetworks;

    TableType(String word, String extension, long gapMs, boolean holdsNetworks) {
        this.word = word;
        this.extension = extension;
        this.gapMs = gapMs;
        this.holdsNetworks = holdsNetworks;
    }

    /** As the settings write it. */
    public String word() {
        return word;
    }

    /** Whether a /64 lease can be in it: indexed tables are asked for whole addresses and cut ones, never for a /64. */
    public boolean holdsNetworks() {
        return holdsNetworks;
    }

    /** Reads {@link #word}; anything else is an {@link IllegalArgumentException}. */
    public static TableType of(String word) {
        for (TableType type : values()) {
            if (type.word.equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no table type '" + word + "'");
    }

    /** What the published file's name has behind the table's; empty where the text itself is what servers read. */
    String extension() {
        return extension;
    }

    /**
     * What stands before the first line. OpenSMTPD takes a file without any line for no list, and does not start (table_static.c);
     * these words make it one.
     */
    String heading() {
        return this == OPENSMTPD ? "# @list\n" : "";
    }

    /** How long, in milliseconds, additions wait after a change: readers tell Berkeley DB files apart by seconds. */
    long gapMs() {
        return gapMs;
    }
}
