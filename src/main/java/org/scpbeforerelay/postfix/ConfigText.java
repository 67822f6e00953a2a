package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text of main.cf or master.cf. Edits keep every other byte: comments, order, continuation lines, line ends.
 *
 * <p>Format (postconf(5), master(5)): a logical line begins with what is no white space; a line that begins with white space goes on
 * with it; empty lines and comments ({@code #} as the first visible character) count for nothing, also between a line and its
 * continuation. Of a parameter that stands there twice the last counts.
 */
final class ConfigText {
    private final String text;

    ConfigText(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }

    /** A logical line, from its first character to behind its last. */
    record Logical(int start, int end, String masked) {
        /** The line's words count as one text in which comments and line ends are blanks: places in it are places in the file. */
        Optional<Value> valueOf(String parameter) {
            int equals = masked.indexOf('=');
            if (equals < 0 || !masked.substring(0, equals).strip().equals(parameter)) {
                return Optional.empty();
            }
            return Optional.of(new Value(start + equals + 1, masked.substring(equals + 1)));
        }
    }

    /**
     * The value of a parameter.
     *
     * @param start where it begins in the file
     * @param masked its text, of the same length as in the file
     */
    record Value(int start, String masked) {}

    List<Logical> logicalLines() {
        List<Logical> lines = new ArrayList<>();
        int start = -1;
        int end = -1;
        StringBuilder masked = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int newline = text.indexOf('\n', at);
            int next = newline < 0 ? text.length() : newline + 1;
            String line = text.substring(at, next);
            boolean counts = !line.isBlank() && line.stripLeading().charAt(0) != '#';
            boolean goesOn = line.charAt(0) == ' ' || line.charAt(0) == '\t';
            if (counts && !goesOn) {
                addTo(lines, start, end, masked);
                masked.setLength(0);
                start = at;
            }
            if (start >= 0) {
                masked.append(counts ? line.replaceAll("[\r\n]", " ") : " ".repeat(line.length()));
                end = counts ? next : end;
            }
            at = next;
        }
        addTo(lines, start, end, masked);
        return lines;
    }

    private static void addTo(List<Logical> lines, int start, int end, StringBuilder masked) {
        if (start >= 0) {
            lines.add(new Logical(start, end, masked.substring(0, end - start)));
        }
    }

    /** The value of main.cf's last line for this parameter. */
    Optional<Value> value(String parameter) {
        Optional<Value> found = Optional.empty();
        for (Logical line : logicalLines()) {
            Optional<Value> value = line.valueOf(parameter);
            found = value.isPresent() ? value : found;
        }
        return found;
    }

    /** With a parameter at the end. */
    ConfigText with(String parameter, List<String> items) {
        String before = text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
        return new ConfigText(before + parameter + " =\n    " + String.join(",\n    ", items) + "\n");
    }

    /** With an item of a list before what stands at {@code at}, on a line of its own. */
    ConfigText inserted(int at, String item) {
        int blanks = at;
        while (blanks > 0 && (text.charAt(blanks - 1) == ' ' || text.charAt(blanks - 1) == '\t')) {
            blanks--;
        }
        boolean ownLine = blanks > 0 && text.charAt(blanks - 1) == '\n';
        String indent = ownLine ? text.substring(blanks, at) : "    ";
        String piece = item.replace("\n", "\n" + indent);
        return new ConfigText(text.substring(0, blanks) + (ownLine ? "" : "\n") + indent + piece + ",\n" + indent
                + text.substring(at));
    }

    /** Without what stands from {@code start} to {@code end}, its comma, and the lines that this leaves empty. */
    ConfigText removed(int start, int end) {
        int behind = end;
        while (behind < text.length() && " \t,".indexOf(text.charAt(behind)) >= 0) {
            behind++;
        }
        int before = start;
        while (before > 0 && " \t".indexOf(text.charAt(before - 1)) >= 0) {
            before--;
        }
        boolean first = before == 0 || text.charAt(before - 1) == '\n';
        boolean last = behind == text.length() || text.charAt(behind) == '\n';
        if (first && last) {
            return replaced(before, Math.min(behind + 1, text.length()), "");
        }
        return last ? replaced(before, behind, "") : replaced(start, behind, "");
    }

    ConfigText replaced(int start, int end, String by) {
        return new ConfigText(text.substring(0, start) + by + text.substring(end));
    }

    /** Where the value of {@code -o parameter=value} of a service of master.cf stands; braces around both are not part of it. */
    Optional<Value> override(MailService service, String parameter) {
        Optional<Value> found = Optional.empty();
        for (Logical line : logicalLines()) {
            List<Words.Word> words = Words.ofMaster(line.masked());
            if (words.size() < 8
                    || !words.get(0).text().equals(service.name())
                    || !words.get(1).text().equals(service.type())) {
                continue;
            }
            for (int i = 8; i + 1 < words.size(); i++) {
                Optional<Value> value = words.get(i).text().equals("-o")
                        ? valueIn(line, words.get(i + 1), parameter)
                        : Optional.empty();
                found = value.isPresent() ? value : found;
            }
        }
        return found;
    }

    private static Optional<Value> valueIn(Logical line, Words.Word word, String parameter) {
        boolean braced = word.text().startsWith("{");
        String setting = braced ? word.text().substring(1, word.text().length() - 1) : word.text();
        int equals = setting.indexOf('=');
        if (equals < 0 || !setting.substring(0, equals).strip().equals(parameter)) {
            return Optional.empty();
        }
        int start = line.start() + word.start() + (braced ? 1 : 0) + equals + 1;
        return Optional.of(new Value(start, setting.substring(equals + 1)));
    }
}
