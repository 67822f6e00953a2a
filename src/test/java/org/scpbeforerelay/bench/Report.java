package org.scpbeforerelay.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The outcome of a benchmark: rows of named figures, with what was promised of them. */
final class Report {
    private final String title;
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private boolean held = true;

    Report(String title) {
        this.title = title;
    }

    Row row() {
        Row row = new Row();
        rows.add(row.cells);
        return row;
    }

    List<Map<String, Object>> rows() {
        return rows;
    }

    /** Whether all bars were held. */
    boolean held() {
        return held;
    }

    /** For people: one line a row, columns as wide as they must be. */
    String table() {
        List<String> columns =
                rows.stream().flatMap(row -> row.keySet().stream()).distinct().toList();
        StringBuilder table = new StringBuilder(title).append('\n');
        line(table, columns, columns);
        for (Map<String, Object> row : rows) {
            line(
                    table,
                    columns,
                    columns.stream().map(column -> text(row.get(column))).toList());
        }
        return table.toString();
    }

    private void line(StringBuilder table, List<String> columns, List<String> cells) {
        for (int i = 0; i < columns.size(); i++) {
            String column = columns.get(i);
            int width = column.length();
            for (Map<String, Object> row : rows) {
                width = Math.max(width, text(row.get(column)).length());
            }
            boolean number = rows.stream().anyMatch(row -> row.get(column) instanceof Number);
            table.append(("%" + (number ? "" : "-") + width + "s  ").formatted(cells.get(i)));
        }
        table.setLength(table.toString().stripTrailing().length());
        table.append('\n');
    }

    private static String text(@Nullable Object cell) {
        if (cell == null) {
            return "";
        }
        if (cell instanceof Double number) {
            return number >= 1000
                    ? "%.0f".formatted(number)
                    : number >= 20 ? "%.1f".formatted(number) : "%.2f".formatted(number);
        }
        return cell.toString();
    }

    /** One line of figures. */
    final class Row {
        private final Map<String, Object> cells = new LinkedHashMap<>();

        Row with(String column, Object value) {
            cells.put(column, value);
            return this;
        }

        /** Compares with what was promised. */
        Row bar(String column, boolean isHeld) {
            held &= isHeld;
            return with(column, isHeld ? "pass" : "FAIL");
        }
    }
}
