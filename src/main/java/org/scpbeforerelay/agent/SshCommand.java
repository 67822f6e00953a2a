package org.scpbeforerelay.agent;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;

/**
 * The command lines of the system's {@code ssh}. The user's own {@code -o} come first, so they win over ours (ssh_config(5):
 * the first value obtained is used), and ours over {@code ~/.ssh/config}.
 */
final class SshCommand {
    private static final long CONFIGURATION_MS_MAX = 5000;
    private static final int SSHS_OWN_PORT = 22;

    /**
     * Never a question at a terminal; no shared connection, which would come from the address that it was opened at; nothing
     * of the configuration that would open channels which the endpoint does not have.
     */
    private static final List<String> ALWAYS = List.of(
            "BatchMode=yes",
            "ConnectTimeout=10",
            "ServerAliveInterval=10",
            "ServerAliveCountMax=3",
            "PreferredAuthentications=publickey",
            "ControlMaster=no",
            "ControlPath=none",
            "RemoteCommand=none",
            "RequestTTY=no",
            "ClearAllForwardings=yes",
            "ForwardAgent=no",
            "ForwardX11=no",
            "PermitLocalCommand=no",
            "LogLevel=ERROR");

    private final AgentSettings settings;

    SshCommand(AgentSettings settings) {
        this.settings = settings;
    }

    /** Asks ssh what its configuration makes of a destination ({@code ssh -G}), where that can matter. */
    Server server(Destination destination) throws InterruptedException {
        boolean literal = destination.address().isPresent();
        if (destination.port() != 0 && (literal || settings.networkInterface() == null)) {
            return new Server(destination, destination.host(), destination.port());
        }
        List<String> command = new ArrayList<>(List.of("ssh", "-G"));
        options(command, settings.sshOptions());
        if (destination.port() != 0) {
            command.addAll(List.of("-p", String.valueOf(destination.port())));
        }
        command.addAll(List.of("-l", destination.login(), "--", destination.host()));
        String hostName = destination.host();
        int port = SSHS_OWN_PORT;
        for (String line : output(command).lines().toList()) {
            String[] words = line.split(" ", 2);
            if (words.length == 2 && words[0].equals("hostname")) {
                hostName = words[1];
            } else if (words.length == 2 && words[0].equals("port") && words[1].matches("[0-9]{1,5}")) {
                port = Integer.parseInt(words[1]);
            }
        }
        if (destination.port() != 0) {
            port = destination.port();
        } else if (port == SSHS_OWN_PORT) {
            port = Destination.USUAL_PORT;
        }
        return new Server(destination, hostName, port);
    }

    /** {@code ssh … USER@HOST COMMAND…}, coming from this source, or over this family. */
    List<String> line(Server server, @Nullable AddressFamily family, Source.Present source, String... command) {
        List<String> line = line(server, family, source, false);
        line.addAll(List.of(command));
        return line;
    }

    /** {@code ssh -N … USER@HOST}. */
    List<String> holding(Server server, @Nullable AddressFamily family, Source.Present source) {
        return line(server, family, source, true);
    }

    private List<String> line(
            Server server, @Nullable AddressFamily family, Source.Present source, boolean withoutCommand) {
        List<String> line = new ArrayList<>(List.of("ssh", "-T", withoutCommand ? "-N" : "-n"));
        options(line, settings.sshOptions());
        options(line, ALWAYS);
        if (family != null) {
            line.add(family == AddressFamily.IPV4 ? "-4" : "-6");
        }
        if (source.bind() != null) {
            options(line, List.of("BindAddress=" + source.bind()));
        }
        if (settings.identity() != null) {
            line.addAll(List.of("-i", settings.identity()));
        }
        line.addAll(List.of("-p", String.valueOf(server.port())));
        line.addAll(List.of(
                "-l", server.destination().login(), "--", server.destination().host()));
        return line;
    }

    private static void options(List<String> line, List<String> options) {
        for (String option : options) {
            line.addAll(List.of("-o", option));
        }
    }

    /** What a program writes to standard output; nothing when it fails, or does not end. */
    private static String output(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectError(new File("/dev/null"))
                    .start();
            // A "Match exec" of the user's configuration may hang.
            CompletableFuture.delayedExecutor(CONFIGURATION_MS_MAX, TimeUnit.MILLISECONDS)
                    .execute(process::destroyForcibly);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output : "";
        } catch (IOException e) {
            return "";
        }
    }
}
