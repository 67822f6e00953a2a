package org.scpbeforerelay.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The rig proves itself: what the other tests build on behaves as mail servers and networks do. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RigTest {
    private NetworkLab lab;
    private Host gwaihir;
    private Host shadowfax;
    private PostfixHost postfix;
    private SmtpSink sink;

    @BeforeAll
    void startLab() {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", "198.51.100.10", "2001:db8:100::10");
        shadowfax = lab.server("shadowfax", List.of("postfix", "openssh-server"), "192.0.2.25", "2001:db8::25");
        Host hop = lab.server("hop", List.of("postfix"), "203.0.113.30");
        sink = SmtpSink.start(hop, "203.0.113.30", 25);
        postfix = PostfixHost.on(
                        shadowfax,
                        PostfixSettings.forDomain("example.org")
                                .relayhost("[203.0.113.30]:25")
                                .relayByPolicy())
                .start();
    }

    @AfterAll
    void closeLab() {
        lab.close();
    }

    @Test
    void mailForTheHostsOwnDomainIsAcceptedFromAnybody() throws Exception {
        for (String server : List.of("192.0.2.25", "2001:db8::25")) {
            try (var smtp = SmtpConversation.open(gwaihir, server, 25)) {
                assertThat(smtp.deliver("a@example.net", "gerard@example.org", "inbound")
                                .code())
                        .isEqualTo(250);
            }
        }
    }

    @Test
    void relayIsDeferredQuicklyWhileNobodyListensAtThePolicySocket() throws Exception {
        long began = System.nanoTime();
        try (var smtp = SmtpConversation.open(gwaihir, "192.0.2.25", 25)) {
            SmtpReply reply = smtp.tryRecipient("gerard@example.org", "someone@example.net");
            assertThat(reply.code()).isEqualTo(450);
            assertThat(reply.text()).contains("relay lease service unavailable");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void theServersOwnMailGoesThroughToTheNextHop() throws Exception {
        try (var smtp = SmtpConversation.open(shadowfax, "127.0.0.1", 25)) {
            assertThat(smtp.deliver("root@example.org", "someone@example.net", "from the server itself")
                            .code())
                    .isEqualTo(250);
        }
        assertThat(sink.awaitMessage("from the server itself")).contains("someone@example.net");
    }

    @Test
    void aTableThatNamesAnAddressLetsThatAddressRelayAndNobodyElse() throws Exception {
        Host server = lab.server("treebeard", List.of("postfix"), "192.0.2.26");
        Host client = lab.host("pippin", "198.51.100.20");
        var settings = PostfixSettings.forDomain("example.com").relayhost("[203.0.113.30]:25");
        var tree = PostfixHost.on(server, settings);
        String table = tree.writeTable("lmdb", "relay", "198.51.100.20 OK\n");
        tree.configure(settings.relayByTable(table));
        tree.start();

        assertThat(tree.postmapQuery(table, "198.51.100.20").stdout().strip()).isEqualTo("OK");
        assertThat(tree.postmapQuery(table, "198.51.100.21").exit()).isEqualTo(1);
        assertThat(relay(gwaihir).code()).isEqualTo(554);
        assertThat(relay(gwaihir).enhanced()).isEqualTo("5.7.1");
        assertThat(relay(client).code()).isEqualTo(250);
        client.setAddress("198.51.100.21");
        assertThat(relay(client).code()).isEqualTo(554);
        client.setAddress("198.51.100.20");
        assertThat(relay(client).code()).isEqualTo(250);
        assertThat(tree.mailLog()).contains("connect from unknown[198.51.100.21]");
        tree.stop();
    }

    private static SmtpReply relay(Host from) throws Exception {
        try (var smtp = SmtpConversation.open(from, "192.0.2.26", 25)) {
            return smtp.tryRecipient("gerard@example.org", "someone@example.net");
        }
    }

    @Test
    void aStrangerIsRefusedWhenThePolicyServiceSaysDunnoAndRelayedWhenItSaysOk() throws Exception {
        Host server = lab.server("elrond", List.of("postfix"), "192.0.2.27", "2001:db8::27");
        var elrond = PostfixHost.on(
                        server,
                        PostfixSettings.forDomain("example.com")
                                .relayhost("[203.0.113.30]:25")
                                .relayByPolicy())
                .start();
        try (var policy = new FixedPolicy(elrond.policySocket())) {
            policy.answer = "action=DUNNO\n\n";
            try (var smtp = SmtpConversation.open(gwaihir, "2001:db8::27", 25)) {
                assertThat(smtp.tryRecipient("a@example.net", "b@example.net").code())
                        .isEqualTo(554);
                policy.answer = "action=OK\n\n";
                assertThat(smtp.rcpt("b@example.net").code()).isEqualTo(250);
                assertThat(smtp.data("by leave of the policy service").code()).isEqualTo(250);
            }
            assertThat(policy.lastRequest).contains("protocol_state=DATA", "client_address=2001:db8:100::10");
        }
        assertThat(sink.awaitMessage("by leave of the policy service")).contains("b@example.net");
        elrond.awaitLog("status=sent \\(250");
    }

    /**
     * The least that smtpd takes for a policy service: the same answer to everything. An smtpd
     * has two connections: one for each stage, as the stages have different default actions.
     */
    private static final class FixedPolicy implements AutoCloseable {
        volatile String answer = "";
        volatile String lastRequest = "";
        private final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);

        FixedPolicy(Path socket) throws Exception {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setAttribute(socket, "unix:mode", 0660);
            Thread.ofPlatform().daemon().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    SocketChannel peer = listener.accept();
                    Thread.ofPlatform().daemon().start(() -> serve(peer));
                }
            } catch (IOException _) {
                // The test is over.
            }
        }

        private void serve(SocketChannel peer) {
            try (peer) {
                var buffer = ByteBuffer.allocate(4096);
                while (peer.read(buffer) >= 0) {
                    String request = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
                    if (request.endsWith("\n\n")) {
                        lastRequest = request;
                        buffer.clear();
                        peer.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    }
                }
            } catch (IOException _) {
                // The peer is gone.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @Test
    void aHostWithTwoAddressesSpeaksFromTheOneAskedFor() throws Exception {
        Host host = lab.host("merry", "198.51.100.30", "2001:db8:100::30");
        host.addAddress("203.0.113.31");
        assertThat(sourceInTheLog(host, "203.0.113.31")).isEqualTo("203.0.113.31");
        assertThat(sourceInTheLog(host, "198.51.100.30")).isEqualTo("198.51.100.30");
        host.removeAddress("198.51.100.30");
        assertThat(host.addresses()).containsExactly("2001:db8:100::30", "203.0.113.31");
        assertThat(sourceInTheLog(host, "203.0.113.31")).isEqualTo("203.0.113.31");
    }

    /** The address that Postfix puts into its log. */
    private String sourceInTheLog(Host from, String source) throws Exception {
        try (var smtp = SmtpConversation.openFrom(from, source, "192.0.2.25", 25)) {
            assertThat(smtp.hello().code()).isEqualTo(250);
            await().untilAsserted(() -> assertThat(postfix.mailLog()).contains("connect from unknown[" + source));
            return source;
        }
    }

    @Test
    void aHostWithoutItsLinkReachesNobodyAndComesBackAsItWas() throws Exception {
        Host host = lab.host("frodo", "198.51.100.40", "2001:db8:100::40");
        host.linkDown();
        assertThatThrownBy(() -> SmtpConversation.open(host, "192.0.2.25", 25).close())
                .isInstanceOfAny(SocketException.class, SocketTimeoutException.class);
        host.linkUp();
        for (String server : List.of("192.0.2.25", "2001:db8::25")) {
            try (var smtp = SmtpConversation.open(host, server, 25)) {
                assertThat(smtp.greeting().code()).isEqualTo(220);
            }
        }
    }

    @Test
    void whatAHostIgnoresDoesNotArriveEvenOnOpenConnections() throws Exception {
        Host host = lab.host("boromir", "198.51.100.50");
        try (Socket open = host.inside(() -> new Socket("192.0.2.25", 25))) {
            open.setSoTimeout(500);
            var reader = new BufferedReader(new InputStreamReader(open.getInputStream(), StandardCharsets.UTF_8));
            assertThat(reader.readLine()).startsWith("220 ");
            host.ignore(shadowfax);
            open.getOutputStream().write("NOOP\r\n".getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(reader::readLine).isInstanceOf(SocketTimeoutException.class);
            host.heed(shadowfax);
            open.setSoTimeout(10_000);
            assertThat(reader.readLine()).startsWith("250 ");
        }
    }

    @Test
    void hostsBehindARouterShareItsAddress() throws Exception {
        Host router = lab.natRouter("router", "203.0.113.77");
        Host sam = lab.hostBehind(router, "sam", "10.7.0.2");
        Host rosie = lab.hostBehind(router, "rosie", "10.7.0.3");
        for (Host host : List.of(sam, rosie)) {
            try (var smtp = SmtpConversation.open(host, "192.0.2.25", 25)) {
                assertThat(smtp.hello().code()).isEqualTo(250);
            }
        }
        assertThat(postfix.mailLog())
                .contains("connect from unknown[203.0.113.77]")
                .doesNotContain("10.7.0.");
    }

    @Test
    void opensshLogsInCopiesBothWaysAndShutsSftpUsersIn() {
        var sshd = OpenSshServer.start(shadowfax, 22);
        var gerard = SshClient.on(gwaihir, "gerard");
        Path key = gerard.generateKey("id_ed25519", "ed25519");
        sshd.addUser("gerard", SshClient.publicKey(key));
        sshd.addSftpOnlyUser("uploads", SshClient.publicKey(key));
        gerard.trust("192.0.2.25,2001:db8::25", sshd.hostKey());

        assertThat(gerard.ssh(key, "gerard@2001:db8::25", "echo $SSH_CONNECTION")
                        .orThrow()
                        .stdout())
                .startsWith("2001:db8:100::10 ");
        gerard.scp(key, key + ".pub", "gerard@192.0.2.25:new-way").orThrow();
        gerard.scp(key, "-O", key + ".pub", "gerard@192.0.2.25:old-way").orThrow();
        assertThat(gerard.ssh(key, "gerard@192.0.2.25", "ls").orThrow().stdout().lines())
                .containsExactly("new-way", "old-way");
        assertThat(gerard.sftp(key, "put " + key + ".pub upload/file\nls /\n", "uploads@192.0.2.25")
                        .orThrow()
                        .stdout())
                .contains("/upload");
        assertThat(gerard.ssh(key, "uploads@192.0.2.25", "id").succeeded()).isFalse();
        assertThat(gerard.ssh(gerard.generateKey("other", "ecdsa"), "gerard@192.0.2.25", "id")
                        .stderr())
                .contains("Permission denied (publickey)");
    }

    @Test
    void javaRunsInAHostsNetworkBothInThisJvmAndInOneOfItsOwn() throws Exception {
        assertThat(gwaihir.inside(
                        () -> NetworkInterface.getByName("eth0").inetAddresses().toList()))
                .contains(InetAddress.ofLiteral("198.51.100.10"));
        try (var program = gwaihir.startJava("addresses", List.of(), AddressPrinter.class.getName())) {
            assertThat(program.awaitExit(Duration.ofSeconds(20))).isZero();
            assertThat(program.output()).contains("198.51.100.10", "2001:db8:100:0:0:0:0:10");
        }
    }

    /** A program for a host. */
    static final class AddressPrinter {
        private AddressPrinter() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println(
                    NetworkInterface.getByName("eth0").inetAddresses().toList());
        }
    }

    @Test
    void hostsOfAKilledTestRunEndByThemselves() throws Exception {
        Process run = Commands.builder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LabToBeKilled.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var reader = run.inputReader()) {
            String[] words = String.valueOf(reader.readLine()).split(" ");
            assertThat(words).hasSize(2);
            long inner = Long.parseLong(words[0]);
            Path folder = Path.of(words[1]);
            assertThat(PostfixHost.runs(inner)).isTrue();
            run.destroyForcibly();
            await().atMost(Duration.ofSeconds(15)).until(() -> !PostfixHost.runs(inner) && !Files.exists(folder));
        } finally {
            run.destroyForcibly();
        }
    }

    /** Stands for a test run that dies in the midst of things. */
    static final class LabToBeKilled {
        private LabToBeKilled() {}

        public static void main(String[] arguments) throws Exception {
            NetworkLab lab = NetworkLab.start();
            Host host = lab.host("gollum", "198.51.100.66");
            RunningCommand sleeper = host.start("sleeper", "setsid", "sleep", "1000");
            System.out.println(sleeper.pid() + " " + lab.folder());
            sleeper.awaitExit(Duration.ofSeconds(100));
        }
    }

    @Test
    void theMachinesOwnFilesAreUntouched() throws Exception {
        assertThat(shadowfax.exec("getent", "passwd", "postfix").succeeded()).isTrue();
        assertThat(shadowfax.exec("which", "smtp-sink").stdout().strip()).isEqualTo("/usr/sbin/smtp-sink");
        assertThat(Files.readString(Path.of("/etc/passwd"))).doesNotContain(":60025:");
        assertThatThrownBy(() -> shadowfax.write("/root/x", "", 0644)).hasMessageContaining("not private");
    }
}
