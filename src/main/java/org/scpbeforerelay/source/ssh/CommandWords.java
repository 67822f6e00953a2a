package org.scpbeforerelay.source.ssh;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A command line as ssh sends it, one text, taken apart as a shell would: blanks, single and double quotes, backslashes.
 * Nothing else of a shell: no variables, no patterns, no second command.
 */
final class CommandWords {
    static final int LENGTH_MAX = 4096;

    private CommandWords() {}

    /** The words; empty when a quote is never closed or the line is too long. */
    static Optional<List<String>> split(String line) {
        if (line.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == ' ' || c == '\t' || c == '\n') {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                inWord = false;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return quote == 0 ? Optional.of(words) : Optional.empty();
    }
}
