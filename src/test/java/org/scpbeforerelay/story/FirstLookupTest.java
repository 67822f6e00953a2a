package org.scpbeforerelay.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.source.ssh.AnnouncingClient;
import org.scpbeforerelay.source.ssh.AnnouncingClient.Copy;

/**
 * The first lookup after a copy's end says yes, over the sockets of a daemon in a process of its own. Each copy comes from an
 * address that nobody has used before, so the yes is this announcement's; the device's former address says no from then on.
 */
@Tag("e2e")
final class FirstLookupTest {
    private static final int CLIENTS = 4;

    @TempDir
    Path folder;

    private KeyPair key;
    private LocalDaemon daemon;
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
        daemon = new LocalDaemon(folder);
        daemon.user("gerard", key, "");
        daemon.start();
    }

    @AfterEach
    void end() {
        daemon.close();
    }

    /** One announcement from an address; whether it was granted. */
    private interface Announce {
        boolean from(AnnouncingClient client, String address, String device) throws Exception;
    }

    @Test
    void theFirstLookupAfterTheCopySaysYesTwoThousandTimes() throws Exception {
        announceAndAsk(2_000, this::copyBuiltIn);
    }

    @Test
    @Tag("long")
    void theFirstLookupAfterTheCopySaysYesTenThousandTimes() throws Exception {
        announceAndAsk(10_000, this::copyBuiltIn);
    }

    @Test
    void theFirstLookupAfterOpenSshsScpSaysYesTwoHundredTimes() throws Exception {
        Path identity = folder.resolve("key");
        run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", identity.toString()));
        Files.writeString(
                folder.resolve("users/pippin.toml"),
                "keys = [\"" + Files.readString(Path.of(identity + ".pub")).strip() + "\"]\n");
        assertThat(daemon.command("reload").exit()).isZero();
        announceAndAsk(200, this::copyByOpenSsh);
    }

    private boolean copyBuiltIn(AnnouncingClient client, String address, String device) throws IOException {
        Copy copy = client.scp("gerard", device + "-ip", address + " 0\n", new InetSocketAddress(address, 0));
        return copy.equals(new Copy(0, ""));
    }

    private boolean copyByOpenSsh(AnnouncingClient client, String address, String device)
            throws IOException, InterruptedException {
        Path file = Files.writeString(
                Files.createDirectories(folder.resolve(device)).resolve(device + "-ip"), address + " 0\n");
        List<String> command = new ArrayList<>(
                List.of("scp", "-q", "-F", "/dev/null", "-P", "" + daemon.ssh().getPort()));
        // Half of them by SFTP, as scp does today, half by the protocol of 2001.
        if (address.hashCode() % 2 == 0) {
            command.add("-O");
        }
        command.addAll(List.of("-i", folder.resolve("key").toString(), "-o", "BindAddress=" + address));
        for (String option : List.of(
                "IdentitiesOnly=yes",
                "IdentityAgent=none",
                "BatchMode=yes",
                "StrictHostKeyChecking=no",
                "UserKnownHostsFile=/dev/null")) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of(file.toString(), "pippin@127.0.0.1:"));
        run(command);
        return true;
    }

    /** Some clients at once, each a device that moves from address to address. */
    private void announceAndAsk(int times, Announce announce) throws Exception {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger yes = new AtomicInteger();
        long startedNs = System.nanoTime();
        try (var executor = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String device = "d" + i;
                all.add(executor.submit(() -> {
                    try (AnnouncingClient mine = new AnnouncingClient(daemon.ssh(), key);
                            MailServer mailServer = new MailServer(daemon.lookup())) {
                        String before = "127.0.0.1";
                        for (int n = next.incrementAndGet(); n <= times; n = next.incrementAndGet()) {
                            String address = "127." + (1 + n / 65_536) + "." + n / 256 % 256 + "." + n % 256;
                            oneRound(announce, mine, mailServer, n, device, address, before);
                            before = address;
                            yes.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(10, TimeUnit.MINUTES);
            }
        }
        System.out.printf(
                "first lookup: %d of %d said yes, in %d s%n",
                yes.get() - problems.size(), times, (System.nanoTime() - startedNs) / 1_000_000_000);
        assertThat(problems).isEmpty();
        assertThat(yes).hasValue(times);
    }

    private void oneRound(
            Announce announce,
            AnnouncingClient client,
            MailServer mailServer,
            int number,
            String device,
            String address,
            String before)
            throws Exception {
        boolean byMap = number % 2 == 0;
        if (byMap ? mailServer.permitsByMap(address) : mailServer.permitsByPolicy(address)) {
            problems.add(address + " may relay before it was announced");
        }
        if (!announce.from(client, address, device)) {
            problems.add(address + " was not granted");
        }
        if (!(byMap ? mailServer.permitsByMap(address) : mailServer.permitsByPolicy(address))) {
            problems.add(address + " may not relay right after the copy");
        }
        if (byMap ? mailServer.permitsByPolicy(before) : mailServer.permitsByMap(before)) {
            problems.add(before + " may relay after its device has moved");
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + said).isZero();
    }
}
