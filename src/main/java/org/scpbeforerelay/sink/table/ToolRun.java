package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a mail server's program to its end: no shell, a clean environment, bounded in time, its input and output files
 * of the tables folder, so that neither can hold anybody up.
 */
final class ToolRun {
    /** A daemon's PATH seldom names the folders in which these programs are. */
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/sbin", "/bin");

    private static final int SAID_MAX = 2_000;

    private ToolRun() {}

    /** What a program came to. */
    record Result(int exit, String said) {}

    /** Runs {@code words} and {@code more} with this file as its input, its outputs into another. */
    static Result run(List<String> words, List<String> more, Path input, Path output, Duration limit)
            throws TableException {
        List<String> command = new ArrayList<>(words);
        command.addAll(more);
        command.set(0, find(command.getFirst()));
        Process process = null;
        try {
            process = builder(command, input, output).start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TableException(
                        command.getFirst() + " had not ended after " + limit.toSeconds() + " s and was killed");
            }
            return new Result(process.exitValue(), said(output));
        } catch (IOException e) {
            throw new TableException(
                    command.getFirst() + " cannot be run (" + e.getMessage() + "): " + remedy(command.getFirst()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TableException("interrupted while waiting for " + command.getFirst(), e);
        } finally {
            if (process != null && process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    /** The same, where only exit status 0 will do. */
    static void must(List<String> words, List<String> more, Path input, Path output, Duration limit)
            throws TableException {
        Result result = run(words, more, input, output, limit);
        if (result.exit() != 0) {
            throw failure(words, more, result);
        }
    }

    static TableException failure(List<String> words, List<String> more, Result result) {
        return new TableException(words.getFirst() + " " + String.join(" ", more) + " ended with status "
                + result.exit() + (result.said().isEmpty() ? "" : ": " + result.said()));
    }

    private static ProcessBuilder builder(List<String> command, Path input, Path output) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", String.join(":", SYSTEM_FOLDERS));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    private static String find(String program) {
        if (program.indexOf('/') >= 0) {
            return program;
        }
        List<String> folders =
                new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(SYSTEM_FOLDERS);
        for (String folder : folders) {
            if (folder.startsWith("/") && Files.isExecutable(Path.of(folder, program))) {
                return Path.of(folder, program).toString();
            }
        }
        return program;
    }

    private static String remedy(String program) {
        String name = program.substring(program.lastIndexOf('/') + 1);
        return switch (name) {
            case "postmap", "postconf" -> "is Postfix installed? (apt-get install postfix)";
            case "makemap" -> "is Sendmail's makemap installed? (apt-get install sendmail-bin)";
            case "smtpctl" -> "is OpenSMTPD installed? (apt-get install opensmtpd)";
            default -> "is it installed?";
        };
    }

    private static String said(Path output) throws IOException {
        String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
        return text.length() > SAID_MAX ? text.substring(0, SAID_MAX) + "…" : text;
    }
}
