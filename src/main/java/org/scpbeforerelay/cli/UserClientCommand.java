package org.scpbeforerelay.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.UserName;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user client}: the client for hosts that have nothing but an SSH client. */
@CommandLine.Command(
        name = "client",
        description =
                "Print a shell script that keeps a user's machine announced: for hosts that have a POSIX shell and "
                        + "OpenSSH or dropbear, and nothing else (routers, NAS). This host's keys are pinned in it; a cron line and "
                        + "a systemd timer stand in its head.",
        footer = {
            "",
            "Example:",
            "  scp-before-relay user client gerard --device router --host mail.example.org --interface wan > announce-relay",
            "On the client: 'announce-relay key' prints its public key, for 'user key add gerard FILE' here."
        })
final class UserClientCommand extends UserCommand {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    @Parameters(index = "0", paramLabel = "NAME", description = "The user.")
    String name;

    @Option(names = "--device", paramLabel = "DEVICE", description = "The machine's label; default: default.")
    @Nullable
    String device;

    @Option(names = "--host", paramLabel = "HOST", description = "How clients call this host; default: its own name.")
    @Nullable
    String host;

    @Option(names = "--port", paramLabel = "PORT", description = "The port that clients reach; default: [ssh] listen.")
    @Nullable
    Integer port;

    @Option(
            names = "--interface",
            paramLabel = "IF",
            description =
                    "The client's interface whose addresses to announce; default: the address that this host sees.")
    @Nullable
    String networkInterface;

    @Option(names = "--both-families", description = "Announce IPv4 and IPv6; both must be granted.")
    boolean bothFamilies;

    /** Much longer than the search for an RSA key's primes takes. */
    private static final Duration KEY_PATIENCE = Duration.ofSeconds(60);

    private static final Duration KEY_LOOKED_FOR_EVERY = Duration.ofMillis(100);

    UserClientCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws SettingsException, InterruptedException {
        UserName user = known(name(name)).name();
        DeviceName label = device == null
                ? DeviceName.DEFAULT
                : DeviceName.tryParse(device).orElseThrow(() -> usage("'" + device + "' is no name of a device"));
        try {
            terminal.out()
                    .print(new ClientScript(
                                    user,
                                    label,
                                    host == null ? ownName() : host,
                                    port == null ? ownPort(settings()) : port,
                                    networkInterface == null ? "" : networkInterface,
                                    bothFamilies ? "4 6" : "",
                                    hostKeys(places().hostKeysDirectory(settings())))
                            .text());
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        terminal.out().flush();
        return ExitStatus.DONE;
    }

    private String ownName() {
        try {
            return Files.readString(HOST_NAME).trim();
        } catch (IOException e) {
            throw usage("this host's name cannot be read; give it with --host");
        }
    }

    private int ownPort(Settings settings) {
        return settings.ssh().listen().stream()
                .map(ListenAddress.Tcp::port)
                .filter(each -> each > 0)
                .findFirst()
                .orElseThrow(() -> usage("[ssh] listen names no port; give the one that clients reach with --port"));
    }

    /** The public halves, without their comments. */
    private List<String> hostKeys(Path folder) throws InterruptedException {
        List<String> keys = new ArrayList<>();
        for (String type : List.of("ed25519", "rsa")) {
            Path file = folder.resolve("ssh_host_" + type + "_key.pub");
            if (!keys.isEmpty()) {
                await(file);
            }
            try {
                String[] words = Files.readString(file).trim().split(" ");
                keys.add(words[0] + " " + words[words.length > 1 ? 1 : 0]);
            } catch (NoSuchFileException e) {
                throw new CommandFailure(
                        ExitStatus.NO, "there is no host key " + file + " yet; the daemon makes it at its first start");
            } catch (IOException e) {
                throw new CommandFailure(
                        ExitStatus.NOT_PERMITTED,
                        "the host key " + file + " cannot be read; on a mail host, ask as root");
            }
        }
        return keys;
    }

    /** The daemon makes its RSA key while it serves already, in the first seconds of its first start; the Ed25519 key comes first. */
    private void await(Path file) throws InterruptedException {
        long endNs = System.nanoTime() + KEY_PATIENCE.toNanos();
        boolean said = false;
        while (!Files.exists(file) && System.nanoTime() < endNs) {
            if (!said) {
                terminal.err().println("scp-before-relay: waiting for the daemon to make " + file + " …");
                terminal.err().flush();
                said = true;
            }
            Thread.sleep(KEY_LOOKED_FOR_EVERY);
        }
    }
}
