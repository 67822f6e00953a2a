package org.scpbeforerelay.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseOptions;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;

/** From a file to a TOML document (TOML 1.1): UTF-8 without a byte order mark, at most {@value #BYTES_MAX} bytes. */
final class TomlText {
    static final int BYTES_MAX = 1 << 20;

    private static final Pattern BARE_VALUE =
            Pattern.compile("\\s*[A-Za-z0-9_-]+\\s*=\\s*([^\"'\\[{\\s#][^#]*?)\\s*(#.*)?");

    private static final Pattern BARE_ITEM = Pattern.compile("\\s*[A-Za-z0-9_-]+\\s*=\\s*\\[\\s*[A-Za-z].*");

    private TomlText() {}

    /** The file's text; empty when there is no such file, or when it cannot be read, which is then a problem. */
    static Optional<String> read(Problems problems) {
        Path file = problems.file();
        try {
            if (Files.isDirectory(file)) {
                problems.add(null, "is a directory; expected a file");
                return Optional.empty();
            }
            // A pipe or a device would be waited for without end.
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                problems.add(null, "is no regular file");
                return Optional.empty();
            }
            return decoded(bytes(file), problems);
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(file)) {
                problems.add(null, "is a symbolic link to nothing");
            }
            return Optional.empty();
        } catch (AccessDeniedException e) {
            problems.add(
                    null,
                    "may not be read by " + System.getProperty("user.name", "this user")
                            + "; give it to the group that may: chgrp scp-before-relay, chmod 640");
        } catch (IOException e) {
            problems.add(null, "cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    /** The document; empty when the text is no TOML, with all its slips as problems. */
    static Optional<TomlParseResult> parse(String text, Problems problems) {
        return parse(text, TomlParseOptions.sourceless(), problems);
    }

    /** The same, for a change that keeps what it does not touch as it was written. */
    static Optional<TomlParseResult> parseToChange(String text, Problems problems) {
        return parse(text, TomlParseOptions.defaults(), problems);
    }

    private static Optional<TomlParseResult> parse(String text, TomlParseOptions options, Problems problems) {
        TomlParseResult document;
        try {
            document = Toml.parse(text, options);
        } catch (RuntimeException | AssertionError e) {
            // tomlj 2.2.0 asserts what some damaged headers do not keep to ([a#, a control
            // character, a line's end). No file may end the program that reads it at a reload.
            problems.add(null, "is no TOML, and so damaged that the place cannot be told");
            return Optional.empty();
        }
        for (TomlParseError error : document.errors()) {
            problems.add(
                    error.position(), uncapitalized(String.valueOf(error.getMessage())) + hint(text, error.position()));
        }
        return document.hasErrors() ? Optional.empty() : Optional.of(document);
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(BYTES_MAX + 1);
        }
    }

    private static Optional<String> decoded(byte[] bytes, Problems problems) {
        if (bytes.length > BYTES_MAX) {
            problems.add(null, "has more than " + new ByteSize(BYTES_MAX) + "; settings never do");
            return Optional.empty();
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
        chars.flip();
        if (result.isError()) {
            problems.add(endOf(chars), "the bytes here are no UTF-8; save the file as UTF-8");
            return Optional.empty();
        }
        if (chars.hasRemaining() && chars.charAt(0) == '\uFEFF') {
            problems.add(
                    TomlPosition.positionAt(1, 1),
                    "a byte order mark; save the file as UTF-8 without it (sed -i 1s/^...//)");
            return Optional.empty();
        }
        return Optional.of(chars.toString());
    }

    private static TomlPosition endOf(CharSequence text) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); i++) {
            column++;
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return TomlPosition.positionAt(line, column);
    }

    /** {@code term = 20m} is by far the commonest slip. */
    private static String hint(String text, TomlPosition at) {
        Optional<String> line = text.lines().skip(at.line() - 1L).findFirst();
        if (line.isEmpty()) {
            return "";
        }
        if (BARE_ITEM.matcher(line.get()).matches()) {
            return "; the texts of a list stand in quotes: [\"…\", \"…\"]";
        }
        Matcher matcher = BARE_VALUE.matcher(line.get());
        boolean bare = matcher.matches()
                && at.column() > matcher.start(1)
                && !matcher.group(1).matches("[0-9_+.-]*");
        return bare ? "; texts stand in quotes: \"" + matcher.group(1) + "\"" : "";
    }

    private static String uncapitalized(String message) {
        return message.isEmpty() ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }
}
