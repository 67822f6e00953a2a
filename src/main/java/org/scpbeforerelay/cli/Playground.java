package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.daemon.Daemon;

/** The private folder of {@code try}: settings, a user with a fresh key, the file to copy. Removed when closed. */
final class Playground implements AutoCloseable {
    private static final String USER = "gerard";
    private static final int NAMES_TRIED = 100;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;
    private final boolean ours;
    private int port;

    private Playground(Path folder, boolean ours) {
        this.folder = folder;
        this.ours = ours;
    }

    /** Makes it, in a new temporary folder or in the (new or empty) one that the user named. */
    static Playground make(@Nullable Path wanted) throws IOException, InterruptedException {
        try {
            return made(wanted);
        } catch (FileSystemException e) {
            throw CommandFailure.cannotWrite(e, "name an empty folder that you may write, with --state DIR");
        }
    }

    private static Playground made(@Nullable Path wanted) throws IOException, InterruptedException {
        Programs.require("ssh", "scp", "ssh-keygen");
        if (wanted != null && Files.exists(wanted) && !isEmpty(wanted)) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_WRITE,
                    wanted + " is not empty; 'try' wants a folder of its own (leave --state out and it makes one)");
        }
        boolean ours = wanted == null;
        Path folder = wanted == null ? newFolder() : Files.createDirectories(wanted.toAbsolutePath());
        Playground playground = new Playground(folder, ours);
        playground.fill();
        return playground;
    }

    /** With a short name: it stands in each command that is to be copied. */
    private static Path newFolder() throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        for (int i = 0; ; i++) {
            String name = "sbr-try-" + HexFormat.of().toHexDigits((short) RANDOM.nextInt());
            try {
                return Files.createDirectory(
                        parent.resolve(name),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                if (i == NAMES_TRIED) {
                    throw e;
                }
            }
        }
    }

    Path folder() {
        return folder;
    }

    /** What becomes of the folder when this is closed, for the person who looks on. */
    String whatIsLeft() {
        return ours ? folder + " is gone again." : folder + " is as it was in the end.";
    }

    /** Tells ssh the host key, so that no command asks about it. */
    void knowHost(Daemon daemon) throws IOException {
        port = daemon.sshAddress().getPort();
        String hostKey = Files.readString(folder.resolve("host-keys/ssh_host_ed25519_key.pub"));
        Files.writeString(folder.resolve("known_hosts"), "[127.0.0.1]:" + port + " " + hostKey);
    }

    /** The hint's copy. */
    List<String> scp(String file, String... more) {
        List<String> command = new ArrayList<>(List.of("scp", "-P", String.valueOf(port)));
        command.addAll(options());
        command.addAll(List.of(more));
        command.add(folder.resolve(file).toString());
        command.add(USER + "@127.0.0.1:");
        return command;
    }

    List<String> ssh(String remoteCommand) {
        List<String> command = new ArrayList<>(List.of("ssh", "-p", String.valueOf(port)));
        command.addAll(options());
        command.add(USER + "@127.0.0.1");
        command.add(remoteCommand);
        return command;
    }

    String scpCommand() {
        return String.join(" ", scp("gwaihir-ip"));
    }

    String sshCommand(String remoteCommand) {
        return String.join(" ", ssh(remoteCommand));
    }

    @Override
    public void close() throws IOException {
        if (!ours) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException problem)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void fill() throws IOException, InterruptedException {
        Path key = folder.resolve("key");
        Programs.Result made = Programs.run(
                List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", USER + "@gwaihir", "-f", key.toString()));
        if (made.exitStatus() != 0) {
            throw new CommandFailure(ExitStatus.CANNOT_WRITE, "ssh-keygen made no key: " + made.errors());
        }
        Files.createDirectories(folder.resolve("users"));
        Files.writeString(
                folder.resolve("users/" + USER + ".toml"),
                "keys = [\"" + Files.readString(folder.resolve("key.pub")).trim() + "\"]\n");
        Files.writeString(folder.resolve("scp-before-relay.toml"), """
                # Made by 'scp-before-relay try': loopback only, free ports.
                [lease]
                # Loopback addresses are never leased unless named here. Do not copy this line to a mail host.
                special_networks = ["127.0.0.0/8"]

                [ssh]
                listen = ["127.0.0.1:0"]

                [lookup]
                listen = ["127.0.0.1:0"]

                [console]
                listen = "127.0.0.1:0"
                """);
        Files.writeString(folder.resolve("ssh"), """
                IdentityFile "%1$s/key"
                IdentitiesOnly yes
                UserKnownHostsFile "%1$s/known_hosts"
                """.formatted(folder));
        Files.writeString(folder.resolve("gwaihir-ip"), "127.0.0.1 0\n");
        Files.writeString(folder.resolve("wrong-ip"), "198.51.100.66 0\n");
    }

    private List<String> options() {
        return List.of("-F", folder.resolve("ssh").toString());
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
