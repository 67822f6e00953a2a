package org.scpbeforerelay.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.fault.History.Announced;
import org.scpbeforerelay.fault.History.Outcome;
import org.scpbeforerelay.fault.History.Revoked;
import org.scpbeforerelay.fault.History.SaidLost;
import org.scpbeforerelay.rig.Host;

/** A {@link FaultNode} as a process, and what it says, written into the history. */
final class NodeProcess implements AutoCloseable {
    private record Asked(String device, @Nullable String address, long atNs, CompletableFuture<Void> answered) {}

    private final Host host;
    private final String whenAway;
    private final List<String> sentinels;
    private final History history;
    private final Map<Integer, Asked> asked = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private @Nullable Process process;
    private @Nullable PrintStream in;
    private @Nullable Thread reader;
    private volatile String problem = "it has not started";
    private volatile long lookedNs;
    private volatile boolean alive;

    NodeProcess(Host host, String whenAway, List<String> sentinels, History history) {
        this.host = host;
        this.whenAway = whenAway;
        this.sentinels = sentinels;
        this.history = history;
    }

    String name() {
        return host.name();
    }

    Host host() {
        return host;
    }

    /** The problem that status would show; {@code -} while there is none. */
    String problem() {
        return problem;
    }

    /** Before when it has looked at all that it permits. */
    long lookedNs() {
        return lookedNs;
    }

    /** {@code options}: the JVM's. */
    void start(Collection<String> addresses, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                FaultNode.class.getName(),
                Files.createDirectories(state()).toString(),
                name(),
                whenAway));
        command.addAll(sentinels);
        problem = "it is starting";
        Process begun = new ProcessBuilder(host.commandLine(command))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        host.folder().resolve("node.log").toFile()))
                .start();
        process = begun;
        in = new PrintStream(begun.getOutputStream(), true, StandardCharsets.US_ASCII);
        alive = true;
        addresses.forEach(this::watch);
        reader = Thread.ofPlatform().daemon().name("hears " + name()).start(() -> listen(begun));
    }

    /** What it keeps on disk. */
    Path state() {
        return host.folder().resolve("state");
    }

    private void listen(Process begun) {
        try (BufferedReader out = begun.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                heard(line);
            }
        } catch (IOException e) {
            // It has ended.
        }
        alive = false;
        problem = "it has ended";
        history.ended(name());
        asked.keySet().forEach(this::leftUnanswered);
    }

    private void heard(String line) {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "a" -> answered(words);
            case "r" -> {
                Asked question = asked.remove(Integer.parseInt(words[1]));
                if (question != null) {
                    List<String> ended = words[4].equals("-") ? List.of() : List.of(words[4].split(","));
                    history.add(new Revoked(
                            name(),
                            question.device(),
                            ended,
                            Long.parseLong(words[2]),
                            Long.parseLong(words[3]),
                            true));
                    question.answered().complete(null);
                }
            }
            case "p" -> history.permits(name(), words[1], words[2], Long.parseLong(words[3]));
            case "n" -> history.permitsNoMore(name(), words[1], Long.parseLong(words[2]));
            case "b" -> {
                lookedNs = Long.parseLong(words[1]);
                history.stillPermits(name(), lookedNs);
            }
            case "l" -> history.add(new SaidLost(name(), System.nanoTime()));
            case "s" -> problem = line.substring(2);
            default -> throw new IllegalStateException(name() + " said " + line);
        }
    }

    private void answered(String[] words) {
        Asked question = asked.remove(Integer.parseInt(words[1]));
        if (question == null || question.address() == null) {
            return;
        }
        history.add(new Announced(
                name(),
                question.device(),
                question.address(),
                Long.parseLong(words[3]),
                Long.parseLong(words[4]),
                Outcome.valueOf(words[2]),
                Long.parseLong(words[5])));
        question.answered().complete(null);
    }

    /** It may have been done, and nobody was told. */
    private void leftUnanswered(int id) {
        Asked question = asked.remove(id);
        if (question == null) {
            return;
        }
        long now = System.nanoTime();
        if (question.address() == null) {
            history.add(new Revoked(name(), question.device(), List.of(), question.atNs(), now, false));
        } else {
            history.add(new Announced(
                    name(),
                    question.device(),
                    question.address(),
                    question.atNs(),
                    now,
                    Outcome.MAYBE,
                    now + FaultNode.LONG_MS * 1_000_000));
        }
        question.answered().complete(null);
    }

    void watch(String address) {
        tell("w " + address);
    }

    /** Completed when it has answered, or has ended. */
    CompletableFuture<Void> announce(String device, String address) {
        return ask("a", device, address);
    }

    CompletableFuture<Void> revoke(String device) {
        return ask("r", device, null);
    }

    private CompletableFuture<Void> ask(String what, String device, @Nullable String address) {
        int id = ids.incrementAndGet();
        Asked question = new Asked(device, address, System.nanoTime(), new CompletableFuture<>());
        asked.put(id, question);
        tell(what + " " + id + " " + device + (address == null ? "" : " " + address));
        if (!alive) {
            leftUnanswered(id);
        }
        return question.answered();
    }

    private void tell(String line) {
        PrintStream there = in;
        if (there != null) {
            there.println(line); // of a process that has ended nothing is expected
        }
    }

    /** As by {@code kill -9}; returns when all that it had said is in the history. */
    void kill() throws InterruptedException {
        if (process != null && reader != null) {
            process.destroyForcibly().waitFor();
            reader.join();
        }
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
