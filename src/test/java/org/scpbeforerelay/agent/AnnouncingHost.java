package org.scpbeforerelay.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.rig.SshClient;

/** A client of the lab with a key, known hosts of its own, and the agent as users start it. */
final class AnnouncingHost {
    private final Host host;
    private final SshClient ssh;
    private final Path key;

    AnnouncingHost(Host host) {
        this.host = host;
        this.ssh = SshClient.on(host, "gerard");
        this.key = ssh.generateKey("id", "ed25519");
    }

    String publicKey() {
        return SshClient.publicKey(key);
    }

    SshClient ssh() {
        return ssh;
    }

    Path key() {
        return key;
    }

    Path knownHosts() {
        return ssh.folder().resolve("known_hosts");
    }

    RunningCommand start(String... arguments) {
        return host.start("agent", line(arguments).toArray(String[]::new));
    }

    /** An agent that has been granted something. */
    RunningCommand startGranted(String... arguments) {
        return start(arguments).awaitOutput("granted", Duration.ofSeconds(20));
    }

    CommandResult run(String... arguments) {
        return host.exec(Duration.ofSeconds(60), "", line(arguments));
    }

    private List<String> line(String... arguments) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Path root = Path.of(System.getProperty("project.root", "")).toAbsolutePath();
        var line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("lib/jvm.options"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                "org.scpbeforerelay.cli.Main",
                "announce"));
        line.addAll(Arrays.asList(arguments));
        line.addAll(List.of("--identity", key.toString()));
        for (String option : List.of(
                "UserKnownHostsFile=" + knownHosts(),
                "GlobalKnownHostsFile=/dev/null",
                "StrictHostKeyChecking=accept-new",
                "IdentitiesOnly=yes",
                "IdentityAgent=none")) {
            line.addAll(List.of("-o", option));
        }
        return line;
    }
}
