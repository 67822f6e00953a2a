package org.scpbeforerelay.rig;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The next hop: Postfix's smtp-sink(1) takes every message and keeps each in a file, with the envelope on top. */
public final class SmtpSink implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final int NOBODY = 65534;

    private final RunningCommand program;
    private final Path folder;

    private SmtpSink(RunningCommand program, Path folder) {
        this.program = program;
        this.folder = folder;
    }

    /** Starts one in a host made with the package {@code postfix}, and returns when it takes connections. */
    public static SmtpSink start(Host host, String address, int port) {
        try {
            Path folder = Files.createDirectories(host.folder().resolve("sink-" + port));
            Files.setAttribute(folder, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
            String place = (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
            var program = host.start("smtp-sink", "smtp-sink", "-u", "nobody", "-d", folder + "/%H%M%S.", place, "100");
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> {
                if (!program.isRunning()) {
                    throw new IllegalStateException("smtp-sink ended: " + program.output());
                }
                return listens(host, address, port);
            });
            return new SmtpSink(program, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(Host host, String address, int port) throws Exception {
        try (var smtp = SmtpConversation.open(host, address, port)) {
            return smtp.greeting().code() == 220;
        } catch (IOException _) {
            return false;
        }
    }

    /** All messages taken so far, each as {@code X-Client-Addr}, {@code X-Mail-Args}, {@code X-Rcpt-Args}, then the text. */
    public List<String> messages() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().map(SmtpSink::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int count() {
        return messages().size();
    }

    /** Waits until a message contains {@code text}, and returns it. */
    public String awaitMessage(String text) {
        return await("a message with '" + text + "' at the next hop")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> messages().stream()
                                .filter(message -> message.contains(text))
                                .findFirst()
                                .orElse(""),
                        message -> !message.isEmpty());
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
