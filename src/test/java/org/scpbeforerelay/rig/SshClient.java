package org.scpbeforerelay.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The machine's own {@code ssh}, {@code scp} and {@code sftp} in a lab host, as a person with a folder of their own would
 * use them: a private configuration, known hosts and keys; never a question at the terminal.
 */
public final class SshClient {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Host host;
    private final Path folder;

    private SshClient(Host host, Path folder) {
        this.host = host;
        this.folder = folder;
    }

    /** A person at a host. Unknown host keys are accepted the first time, changed ones never. */
    public static SshClient on(Host host, String person) {
        try {
            Path folder = Files.createDirectories(host.folder().resolve("ssh-" + person));
            Files.setAttribute(folder, "unix:mode", 0700);
            Files.writeString(folder.resolve("config"), """
                    UserKnownHostsFile %1$s/known_hosts
                    GlobalKnownHostsFile /dev/null
                    StrictHostKeyChecking accept-new
                    BatchMode yes
                    IdentitiesOnly yes
                    ConnectTimeout 5
                    """.formatted(folder));
            return new SshClient(host, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a key pair with ssh-keygen.
     *
     * @param type as {@code ssh-keygen -t} says
     * @return the private key's file; {@link #publicKey} reads the other half
     */
    public Path generateKey(String name, String type) {
        Path file = folder.resolve(name);
        host.exec("ssh-keygen", "-q", "-t", type, "-N", "", "-C", name, "-f", file.toString())
                .orThrow();
        return file;
    }

    /** The line for authorized_keys. */
    public static String publicKey(Path identity) {
        try {
            return Files.readString(Path.of(identity + ".pub")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Accepts this key for a host from now on, and no other.
     *
     * @param name as known_hosts writes it: {@code shadowfax} or {@code [192.0.2.25]:8022}
     */
    public void trust(String name, String hostKey) {
        try {
            Files.writeString(folder.resolve("known_hosts"), name + " " + hostKey + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code ssh -F … -i IDENTITY arguments}. */
    public CommandResult ssh(Path identity, String... arguments) {
        return host.exec(LIMIT, "", line("ssh", identity, arguments));
    }

    /** {@code scp -F … -i IDENTITY arguments}; {@code -O} among them for the old protocol. */
    public CommandResult scp(Path identity, String... arguments) {
        return host.exec(LIMIT, "", line("scp", identity, arguments));
    }

    /** {@code sftp -F … -i IDENTITY -b - arguments}, with these commands. */
    public CommandResult sftp(Path identity, String batch, String... arguments) {
        var all = new ArrayList<>(List.of("-b", "-"));
        all.addAll(Arrays.asList(arguments));
        return host.exec(LIMIT, batch, line("sftp", identity, all.toArray(String[]::new)));
    }

    /** An ssh that stays, such as one with {@code -N}. */
    public RunningCommand startSsh(Path identity, String... arguments) {
        return host.start("ssh", line("ssh", identity, arguments).toArray(String[]::new));
    }

    /** The whole command line, to be run by {@link Host#exec} in scripts or loops. */
    public List<String> line(String program, Path identity, String... arguments) {
        var line =
                new ArrayList<>(List.of(program, "-F", folder.resolve("config").toString(), "-i", identity.toString()));
        line.addAll(Arrays.asList(arguments));
        return line;
    }

    /** The folder of this person's keys and files. */
    public Path folder() {
        return folder;
    }
}
