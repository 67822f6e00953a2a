package org.scpbeforerelay.sink.table;

/** What stands beside an address in a table of Postfix. Both permit: Postfix takes a number for {@code OK} (access(5)). */
public enum TableValue {
    OK("OK"),
    /** The lease's end in epoch seconds, for people and scripts; by itself it ends nothing. */
    EXPIRES("expires");

    private final String word;

    TableValue(String word) {
        this.word = word;
    }

    /** As the settings write it. */
    public String word() {
        return word;
    }

    /** Reads {@link #word}; anything else is an {@link IllegalArgumentException}. */
    public static TableValue of(String word) {
        for (TableValue value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no table value '" + word + "'");
    }
}
