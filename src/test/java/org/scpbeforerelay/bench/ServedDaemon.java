package org.scpbeforerelay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code scp-before-relay serve} as a person starts it: by the launcher, with its flags and its cache, on a folder of its own. */
final class ServedDaemon implements AutoCloseable {
    private static final Pattern SSH = Pattern.compile("ready: (\\d+) leases.*ssh on 127\\.0\\.0\\.1:(\\d+)");
    private static final int END_SECONDS_MAX = 20;

    private final Process process;
    private final int leases;
    private final InetSocketAddress ssh;
    private final double readyMs;

    private ServedDaemon(Process process, int leases, InetSocketAddress ssh, double readyMs) {
        this.process = process;
        this.leases = leases;
        this.ssh = ssh;
        this.readyMs = readyMs;
    }

    /** The launcher of this checkout. */
    static Path launcher() {
        return Path.of(System.getProperty("project.root", "."))
                .toAbsolutePath()
                .normalize()
                .resolve("scp-before-relay");
    }

    /** Starts it on a folder with so many leases recorded; returns when it says that it is ready with all of them. */
    static ServedDaemon start(Path state, int leases) throws IOException {
        ServedDaemon daemon = start(state);
        if (daemon.leases == leases) {
            return daemon;
        }
        daemon.close();
        throw new IOException("serve revived " + daemon.leases + " of " + leases + " recorded leases");
    }

    /** Starts it on a folder with settings; returns when it says that it is ready. */
    static ServedDaemon start(Path state) throws IOException {
        long beginNs = System.nanoTime();
        Process process = new ProcessBuilder(List.of(launcher().toString(), "serve", "--state", state.toString()))
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher ready = SSH.matcher(line);
            if (ready.find()) {
                double readyMs = (System.nanoTime() - beginNs) / 1e6;
                Thread.ofPlatform().daemon().start(() -> drain(output));
                return new ServedDaemon(
                        process,
                        Integer.parseInt(ready.group(1)),
                        new InetSocketAddress("127.0.0.1", Integer.parseInt(ready.group(2))),
                        readyMs);
            }
            said.append(line).append('\n');
        }
        throw new IOException("serve ended before it was ready:\n" + said);
    }

    /** Settings for loopback and free ports, without users. */
    static void settings(Path state) throws IOException {
        Files.createDirectories(state.resolve("users"));
        Files.writeString(state.resolve("scp-before-relay.toml"), """
                [lease]
                special_networks = ["127.0.0.0/8"]

                [ssh]
                listen = ["127.0.0.1:0"]

                [lookup]
                listen = ["127.0.0.1:0"]

                [console]
                listen = ""
                """);
    }

    InetSocketAddress ssh() {
        return ssh;
    }

    long pid() {
        return process.pid();
    }

    /** From the launcher's start until the line that says that it is ready. */
    double readyMs() {
        return readyMs;
    }

    private static void drain(BufferedReader output) {
        try (output) {
            while (output.readLine() != null) {
                // It would wait for a reader of its log otherwise.
            }
        } catch (IOException e) {
            // It has ended.
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
