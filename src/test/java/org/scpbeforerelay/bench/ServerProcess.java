package org.scpbeforerelay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own with the flags that users have, which ends when its standard input does. */
final class ServerProcess implements AutoCloseable {
    /** USER_HZ: the unit of times in /proc, 100 a second on every Linux. */
    private static final double TICK_US = 10_000;

    private final Process process;
    private final BufferedReader output;

    private ServerProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts {@code main} and waits until it has said that it is ready. */
    static ServerProcess start(Class<?> main, String... arguments) throws IOException {
        Path root = Path.of(System.getProperty("project.root", "."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("lib/jvm.options"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        String further = System.getenv("SBR_JAVA_OPTS");
        if (further != null && !further.isBlank()) {
            command.addAll(3, List.of(further.trim().split("\\s+")));
        }
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ServerProcess server = new ServerProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        server.await("ready");
        return server;
    }

    private void await(String word) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(word)) {
                return;
            }
        }
        throw new IOException("the server ended before it was ready");
    }

    /** The processor time that it has used, in microseconds; in steps of 10 ms. */
    double cpuUs() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_US;
    }

    /** The memory that it has resident, in MiB. */
    double residentMiB() throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
