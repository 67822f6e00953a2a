package org.scpbeforerelay.source.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RunningCommand;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** A real Dovecot, POP3 and IMAP, that logs to a file: its logins are leases, through a rotation too. */
@Tag("e2e")
final class DovecotTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SERVER = "192.0.2.25";

    @TempDir
    Path folder;

    @Test
    void loginsLeaseFailuresDoNotAndARotationInBetweenLosesNone() throws Exception {
        try (NetworkLab lab = NetworkLab.start();
                SqliteLeaseStore store = SqliteLeaseStore.open(folder.resolve("leases.db"))) {
            Host client = lab.host("gwaihir", "198.51.100.10");
            Host server = lab.server("shadowfax", List.of("dovecot"), SERVER);
            Path log = server.folder().resolve("dovecot.log");
            RunningCommand dovecot = dovecot(server, log);
            await().atMost(LIMIT).until(() -> accepts(client, 110) && accepts(client, 143));

            Registry registry = registry(store);
            registry.open();
            try (RegistryThread thread = new RegistryThread(registry);
                    LoginLog logins = new LoginLog(settings(log, false), registry)) {
                thread.start();
                logins.start();
                awaitFollowing();

                assertThat(imap(client, "gerard", "wrong")).contains("NO");
                assertThat(pop3(client, "gerard", "wrong")).contains("-ERR");
                client.setAddress("198.51.100.11");
                assertThat(pop3(client, "gerard", "secret")).contains("+OK Logged in");
                awaitLease(registry, "198.51.100.11");
                client.setAddress("198.51.100.12");
                assertThat(imap(client, "gerard", "secret")).contains("OK");
                awaitLease(registry, "198.51.100.12");

                // The old file still takes lines between its renaming and Dovecot's reopening.
                Files.move(log, log.resolveSibling("dovecot.log.1"));
                client.setAddress("198.51.100.13");
                assertThat(pop3(client, "gerard", "secret")).contains("+OK Logged in");
                dovecot.signal("USR1");
                await().atMost(LIMIT).until(() -> Files.exists(log));
                client.setAddress("198.51.100.14");
                assertThat(imap(client, "gerard", "secret")).contains("OK");
                awaitLease(registry, "198.51.100.13");
                awaitLease(registry, "198.51.100.14");

                assertThat(registry.book().of(new UserName("gerard")))
                        .extracting(Lease::addressText)
                        .containsExactlyInAnyOrder("198.51.100.11", "198.51.100.12", "198.51.100.13", "198.51.100.14");
                assertThat(logins.health().getFirst().notUnderstood()).isZero();
            }
            dovecot.close();
        }
    }

    @Test
    void theLastLogoutEndsTheLeaseWhereThatIsWished() throws Exception {
        try (NetworkLab lab = NetworkLab.start();
                SqliteLeaseStore store = SqliteLeaseStore.open(folder.resolve("leases.db"))) {
            Host client = lab.host("gwaihir", "198.51.100.10");
            Host server = lab.server("shadowfax", List.of("dovecot"), SERVER);
            Path log = server.folder().resolve("dovecot.log");
            RunningCommand dovecot = dovecot(server, log);
            await().atMost(LIMIT).until(() -> accepts(client, 143));
            Registry registry = registry(store);
            registry.open();
            try (RegistryThread thread = new RegistryThread(registry);
                    LoginLog logins = new LoginLog(settings(log, true), registry)) {
                thread.start();
                logins.start();
                awaitFollowing();
                try (Socket connection = client.inside(() -> connected(143))) {
                    BufferedReader lines = reader(connection);
                    assertThat(lines.readLine()).contains("OK");
                    assertThat(say(connection, lines, "a LOGIN gerard secret", "a "))
                            .contains("OK");
                    awaitLease(registry, "198.51.100.10");
                    assertThat(imap(client, "gerard", "secret")).contains("OK");
                    // The other connection has come and gone: the lease stays for this one.
                    await().during(Duration.ofMillis(500))
                            .atMost(LIMIT)
                            .until(() -> registry.book().size() == 1);
                    say(connection, lines, "b LOGOUT", "b ");
                }
                await().atMost(LIMIT).until(() -> registry.book().size() == 0);
            }
            dovecot.close();
        }
    }

    private LoginLogSettings settings(Path log, boolean endAtLogout) {
        return new LoginLogSettings(
                List.of(log),
                List.of(),
                List.of("dovecot"),
                null,
                1_800_000,
                endAtLogout,
                folder.resolve("places"),
                ZoneId.systemDefault());
    }

    /** The first start begins at the end of the file: from when its place is saved. */
    private void awaitFollowing() {
        await().atMost(LIMIT).until(() -> {
            String[] places = folder.resolve("places").toFile().list();
            return places != null && List.of(places).stream().anyMatch(name -> name.endsWith(".place"));
        });
    }

    private static RunningCommand dovecot(Host host, Path log) {
        host.addUser("dovecot", 60040, "/nonexistent");
        host.addUser("dovenull", 60041, "/nonexistent");
        host.addUser("vmail", 60042, "/var/lib/vmail");
        host.shell("mkdir -p /var/lib/vmail /run/dovecot /etc/dovecot/lab && chown 60042:60042 /var/lib/vmail");
        host.write("/etc/dovecot/lab/users", "gerard:{PLAIN}secret::::::\n", 0644);
        host.write("/etc/dovecot/lab/dovecot.conf", """
                protocols = imap pop3
                base_dir = /run/dovecot
                log_path = %s
                ssl = no
                disable_plaintext_auth = no
                auth_failure_delay = 0
                mail_location = maildir:~/Maildir
                first_valid_uid = 1000
                passdb {
                  driver = passwd-file
                  args = username_format=%%u /etc/dovecot/lab/users
                }
                userdb {
                  driver = static
                  args = uid=vmail gid=vmail home=/var/lib/vmail/%%u
                }
                """.formatted(log), 0644);
        return host.start("dovecot", "/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot/lab/dovecot.conf");
    }

    private static Registry registry(SqliteLeaseStore store) throws Exception {
        // The lab's addresses are those of documentation, which lease only where the operator says so.
        LeaseTerms terms = new LeaseTerms(86_400_000, 60_000, List.of(Network.parse("198.51.100.0/24")), Set.of());
        UserName gerard = new UserName("gerard");
        Roster roster = new Roster(Map.of(gerard, Allowance.plain(gerard, 1_200_000)), Set.of(), null);
        return new Registry(store, new SystemClock(), roster, terms);
    }

    private static void awaitLease(Registry registry, String address) {
        await("lease on " + address)
                .atMost(LIMIT)
                .until(() -> registry.book().all().stream()
                        .anyMatch(lease -> lease.addressText().equals(address)));
    }

    private static boolean accepts(Host client, int port) throws Exception {
        return client.inside(() -> {
            try (Socket socket = connected(port)) {
                return reader(socket).readLine() != null;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static String pop3(Host client, String user, String password) throws Exception {
        return client.inside(() -> {
            try (Socket socket = connected(110)) {
                BufferedReader lines = reader(socket);
                lines.readLine();
                say(socket, lines, "USER " + user, "");
                String answer = say(socket, lines, "PASS " + password, "");
                say(socket, lines, "QUIT", "");
                return answer;
            }
        });
    }

    private static String imap(Host client, String user, String password) throws Exception {
        return client.inside(() -> {
            try (Socket socket = connected(143)) {
                BufferedReader lines = reader(socket);
                lines.readLine();
                String answer = say(socket, lines, "a LOGIN " + user + " " + password, "a ");
                say(socket, lines, "b LOGOUT", "b ");
                return answer;
            }
        });
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(SERVER), port), 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static String say(Socket socket, BufferedReader lines, String command, String answerBegins)
            throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        String line;
        while ((line = lines.readLine()) != null) {
            if (line.startsWith(answerBegins)) {
                return line;
            }
        }
        return "";
    }
}
