package org.scpbeforerelay.source.drop;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One component of a path as a shell pattern, glob(7): {@code *}, {@code ?}, {@code [a-z]}, {@code [!a-z]}. A pattern matches
 * no name with a leading dot unless it has one itself. An open {@code [} stands for itself; so does a backslash.
 */
final class ShellPattern {
    private final String text;
    private final Pattern compiled;

    ShellPattern(String text) {
        this.text = text;
        this.compiled = compile(text);
    }

    private static Pattern compile(String text) {
        try {
            return Pattern.compile(expression(text), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(text)); // a range that is none, [z-a]
        }
    }

    static boolean isPattern(String component) {
        return component.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }

    boolean matches(String name) {
        return (!name.startsWith(".") || text.startsWith("."))
                && compiled.matcher(name).matches();
    }

    private static String expression(String text) {
        StringBuilder expression = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int end = c == '[' ? endOfSet(text, i) : -1;
            if (end > 0) {
                expression.append(set(text.substring(i + 1, end)));
                i = end;
            } else if (c == '*') {
                // Several stars in a row are one.
                if (i == 0 || text.charAt(i - 1) != '*') {
                    expression.append(".*");
                }
            } else {
                expression.append(c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return expression.toString();
    }

    private static int endOfSet(String text, int open) {
        int first = open + 1 < text.length() && text.charAt(open + 1) == '!' ? open + 2 : open + 1;
        return text.indexOf(']', first + 1);
    }

    private static String set(String inside) {
        boolean not = inside.startsWith("!");
        StringBuilder set = new StringBuilder(not ? "[^" : "[");
        for (char c : inside.substring(not ? 1 : 0).toCharArray()) {
            if (c != '-' && !Character.isLetterOrDigit(c)) {
                set.append('\\');
            }
            set.append(c);
        }
        return set.append(']').toString();
    }
}
