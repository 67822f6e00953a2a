package org.scpbeforerelay.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns as wide as they need to be, two blanks apart. The columns that matter most come first: on a terminal that is
 * too narrow the last ones are left out, so that a row stays a line.
 */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... headings) {
        rows.add(List.of(headings));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    void print(PrintWriter out, Terminal terminal) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        int columns = fitting(widths, terminal.columns());
        for (int r = 0; r < rows.size(); r++) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = rows.get(r).get(i);
                line.append(cell);
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - cell.length() + 2));
                }
            }
            out.println(r == 0 ? terminal.dim(line.toString()) : line.toString());
        }
    }

    /** How many of the first columns fit, at least two; 0 is as wide as one likes. */
    private static int fitting(int[] widths, int terminal) {
        int used = -2;
        for (int i = 0; i < widths.length; i++) {
            used += widths[i] + 2;
            if (terminal > 0 && used > terminal && i >= 2) {
                return i;
            }
        }
        return widths.length;
    }
}
