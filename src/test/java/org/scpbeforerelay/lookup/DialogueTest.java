package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.SenderRules;

/**
 * Holds the listener to the dialogues in {@code src/test/resources/dialogues}, through TCP and a unix socket, with requests
 * in one piece and byte by byte.
 *
 * <pre>
 * # comment                          lease USER/DEVICE ADDRESS       revoke ADDRESS
 * senders USER RULE                  wrong_sender reject             audit_header on
 * not ready     (first line only)    ready                           pass SECONDS
 * NAME -> text  sent, with LF        NAME => bytes  sent as they are
 * NAME <- text  expected, with LF    NAME <= bytes  expected         (\n \r \0 \xHH \\ and {N*x} for x N times)
 * NAME half-closes                   NAME is closed
 * </pre>
 */
final class DialogueTest {
    private static final Path DIALOGUES = Path.of("src/test/resources/dialogues");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> everyDialogueIsKept() throws IOException {
        try (Stream<Path> files = Files.list(DIALOGUES)) {
            List<Path> sorted = files.sorted().toList();
            assertThat(sorted).isNotEmpty();
            return sorted.stream().flatMap(this::waysOf);
        }
    }

    private Stream<DynamicTest> waysOf(Path file) {
        return Stream.of("tcp", "unix")
                .flatMap(door -> Stream.of("whole", "byte by byte")
                        .map(pieces -> DynamicTest.dynamicTest(
                                file.getFileName() + ", " + door + ", " + pieces,
                                () -> new Play(file, door.equals("unix"), pieces.equals("whole")).run())));
    }

    private final class Play {
        private final List<String> lines;
        private final Path file;
        private final boolean unix;
        private final boolean whole;
        private final Map<String, Asker> askers = new HashMap<>();
        private boolean rejectWrongSender;
        private boolean auditHeader;

        Play(Path file, boolean unix, boolean whole) throws IOException {
            this.file = file;
            this.lines = Files.readAllLines(file);
            this.unix = unix;
            this.whole = whole;
        }

        void run() throws IOException {
            try (RelayHost host = new RelayHost(Files.createTempDirectory(folder, "host"))) {
                if (!lines.contains("not ready")) {
                    host.ready();
                }
                for (int i = 0; i < lines.size(); i++) {
                    String line = lines.get(i);
                    if (!line.isBlank() && !line.startsWith("#")) {
                        step(host, line, file.getFileName() + ":" + (i + 1) + ": " + line);
                    }
                }
            } finally {
                for (Asker asker : askers.values()) {
                    asker.close();
                }
            }
        }

        private void step(RelayHost host, String line, String place) throws IOException {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "lease" -> host.lease(words[1], words[2]);
                case "revoke" -> host.revoke(words[1]);
                case "senders" -> host.user(words[1], new SenderRules(List.of(words[2])));
                case "pass" -> host.time.passMs(Long.parseLong(words[1]) * 1000);
                case "not" -> {}
                case "ready" -> host.ready();
                case "wrong_sender" -> {
                    rejectWrongSender = words[1].equals("reject");
                    host.listener().adopt(new LookupSettings.PolicyChoices(rejectWrongSender, auditHeader));
                }
                case "audit_header" -> {
                    auditHeader = words[1].equals("on");
                    host.listener().adopt(new LookupSettings.PolicyChoices(rejectWrongSender, auditHeader));
                }
                default -> speak(host, words, place);
            }
        }

        private void speak(RelayHost host, String[] words, String place) throws IOException {
            Asker asker = askers.computeIfAbsent(words[0], name -> connect(host));
            String text = words.length > 2 ? unescaped(words[2]) : "";
            switch (words[1]) {
                case "->" -> send(asker, text + "\n");
                case "=>" -> send(asker, text);
                case "<-" -> assertThat(asker.hear(text.length() + 1)).as(place).isEqualTo(text + "\n");
                case "<=" -> assertThat(asker.hear(text.length())).as(place).isEqualTo(text);
                case "half-closes" -> asker.endInput();
                case "is" -> assertThat(asker.isClosed()).as(place).isTrue();
                default -> throw new IllegalArgumentException(place);
            }
        }

        private void send(Asker asker, String text) throws IOException {
            if (whole || text.length() > 1000) {
                asker.say(text);
                return;
            }
            try {
                for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
                    asker.say(new byte[] {b});
                }
            } catch (IOException e) {
                // Closed in the middle of it: what the dialogue expects next will tell whether that is right.
            }
        }

        private Asker connect(RelayHost host) {
            try {
                return new Asker(unix ? host.unix() : host.tcp());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{' && text.indexOf('*', i) > 0 && text.indexOf('}', i) > 0) {
                int end = text.indexOf('}', i);
                String[] parts = text.substring(i + 1, end).split("\\*", 2);
                plain.append(parts[1].repeat(Integer.parseInt(parts[0])));
                i = end;
            } else if (c != '\\') {
                plain.append(c);
            } else {
                c = text.charAt(++i);
                switch (c) {
                    case 'n' -> plain.append('\n');
                    case 'r' -> plain.append('\r');
                    case '0' -> plain.append('\0');
                    case 'x' -> {
                        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                        i += 2;
                    }
                    default -> plain.append(c);
                }
            }
        }
        return plain.toString();
    }
}
