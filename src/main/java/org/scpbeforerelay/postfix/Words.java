package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;

/**
 * A value cut into words as Postfix does it: at white space and commas, with {@code { … }} kept together (postconf(5), "Parameter
 * values with whitespace"). In master.cf a comma does not separate.
 */
final class Words {
    private Words() {}

    /** A word and where it stands in the text that it was cut from. */
    record Word(String text, int start, int end) {}

    static List<Word> of(String value) {
        return cut(value, ", \t\r\n");
    }

    static List<Word> ofMaster(String line) {
        return cut(line, " \t\r\n");
    }

    private static List<Word> cut(String value, String separators) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < value.length()) {
            if (separators.indexOf(value.charAt(at)) >= 0) {
                at++;
                continue;
            }
            int end = wordEnd(value, at, separators);
            words.add(new Word(value.substring(at, end), at, end));
            at = end;
        }
        return words;
    }

    /** Braces keep together what is in them anywhere in a word: {@code ${name?{a} : {b}}}, {@code regexp:{ {/dyn/ REJECT} }}. */
    private static int wordEnd(String value, int from, String separators) {
        int at = from;
        while (at < value.length() && separators.indexOf(value.charAt(at)) < 0) {
            at = value.charAt(at) == '{' ? closing(value, at) : at + 1;
        }
        return at;
    }

    /** Behind the brace that closes the one at {@code from}; the text's end where none does. */
    private static int closing(String value, int from) {
        int depth = 0;
        for (int at = from; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return at + 1;
            }
        }
        return value.length();
    }
}
