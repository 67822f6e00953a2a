package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;

/** The difference of two texts as {@code diff -u} shows it, so that {@code patch} takes it too; empty when they are equal. */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;
    private static final String NO_NEWLINE = "\\ No newline at end of file";

    private UnifiedDiff() {}

    /** One line of either text. */
    private record Line(char mark, String text) {}

    /** {@code label} stands for the file in the head of the difference. */
    public static List<String> of(String label, String before, String after) {
        if (before.equals(after)) {
            return List.of();
        }
        List<Line> lines = compared(lines(before), lines(after));
        List<String> diff = new ArrayList<>(List.of("--- " + label, "+++ " + label));
        int at = 0;
        while (at < lines.size()) {
            int change = nextChange(lines, at);
            if (change == lines.size()) {
                break;
            }
            int start = Math.max(at, change - CONTEXT);
            int end = endOfHunk(lines, change);
            hunk(diff, lines, start, end);
            at = end;
        }
        return diff;
    }

    /** A last line without an end differs from one with it. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int newline = text.indexOf('\n', at);
            lines.add(newline < 0 ? text.substring(at) + "\n" + NO_NEWLINE : text.substring(at, newline));
            at = newline < 0 ? text.length() : newline + 1;
        }
        return lines;
    }

    /** By the longest common subsequence: main.cf has some hundreds of lines. */
    private static List<Line> compared(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Line> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                lines.add(new Line(' ', before.get(i++)));
                j++;
            } else if (i < before.size() && (j == after.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add(new Line('-', before.get(i++)));
            } else {
                lines.add(new Line('+', after.get(j++)));
            }
        }
        return lines;
    }

    private static int nextChange(List<Line> lines, int from) {
        int at = from;
        while (at < lines.size() && lines.get(at).mark() == ' ') {
            at++;
        }
        return at;
    }

    /** Changes with at most twice the context between them share a hunk. */
    private static int endOfHunk(List<Line> lines, int change) {
        int end = change;
        while (true) {
            while (end < lines.size() && lines.get(end).mark() != ' ') {
                end++;
            }
            int next = nextChange(lines, end);
            if (next == lines.size() || next - end > 2 * CONTEXT) {
                return Math.min(lines.size(), end + CONTEXT);
            }
            end = next;
        }
    }

    private static void hunk(List<String> diff, List<Line> lines, int start, int end) {
        int oldStart = (int) lines.subList(0, start).stream()
                .filter(line -> line.mark() != '+')
                .count();
        int newStart = (int) lines.subList(0, start).stream()
                .filter(line -> line.mark() != '-')
                .count();
        List<Line> part = lines.subList(start, end);
        long old = part.stream().filter(line -> line.mark() != '+').count();
        long now = part.stream().filter(line -> line.mark() != '-').count();
        diff.add("@@ -" + range(oldStart, old) + " +" + range(newStart, now) + " @@");
        part.forEach(line -> diff.addAll((line.mark() + line.text()).lines().toList()));
    }

    /** An empty range is named by the line before it. */
    private static String range(int before, long count) {
        return (count == 0 ? before : before + 1) + "," + count;
    }
}
