package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.RunningCommand;

/** The agent stays, while links, servers and addresses come and go. */
@Tag("e2e")
final class AgentThroughTroubleTest {
    private static final String TO4 = "gerard+gwaihir@192.0.2.25:2222";
    private static final String TO6 = "gerard+gwaihir@[2001:db8::25]:2222";
    private static final Duration SOON = Duration.ofSeconds(30);

    private NetworkLab lab;
    private MailHost shadowfax;
    private Host gwaihir;
    private AnnouncingHost agent;

    @BeforeEach
    void build() {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", "198.51.100.10", "2001:db8:100::10");
        agent = new AnnouncingHost(gwaihir);
        shadowfax = MailHost.on(lab.host("shadowfax", "192.0.2.25", "2001:db8::25"), "hold_grace = \"5s\"")
                .user(agent.publicKey())
                .start();
    }

    @AfterEach
    void close() {
        shadowfax.close();
        lab.close();
    }

    private void awaitPermitted(String address) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> shadowfax.permits(address));
    }

    private void awaitRefused(String address) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> !shadowfax.permits(address));
    }

    @Test
    void linkDownIsNothingToAnnounceAndItsReturnIsAnnouncedAtOnce() {
        try (RunningCommand running = agent.startGranted(TO4, "--interface", "eth0", "--every", "1h")) {
            gwaihir.linkDown();
            running.awaitOutput("nothing to announce: eth0 is down", SOON);
            shadowfax.daemon().command("revoke", "gerard").orThrow();
            gwaihir.linkUp();
            awaitPermitted("198.51.100.10");
        }
    }

    @Test
    void serverThatWasAwayIsAnnouncedToWhenItIsBack() {
        try (RunningCommand running = agent.startGranted(TO4, "--every", "1s")) {
            shadowfax.restart(() -> running.awaitOutput("not reachable", SOON));
            shadowfax.daemon().command("revoke", "gerard").orThrow();
            awaitPermitted("198.51.100.10");
            assertThat(running.isRunning()).isTrue();
        }
    }

    @Test
    @Tag("long")
    void linkDownForFiveMinutesAndServerAwayForTen() {
        try (RunningCommand running = agent.startGranted(TO4, "--interface", "eth0", "--every", "1m")) {
            gwaihir.linkDown();
            shadowfax.daemon().command("revoke", "gerard").orThrow();
            pass(Duration.ofMinutes(5), running);
            gwaihir.linkUp();
            awaitPermitted("198.51.100.10");

            shadowfax.restart(() -> pass(Duration.ofMinutes(10), running));
            shadowfax.daemon().command("revoke", "gerard").orThrow();
            // The pause after a failure is at most the interval and its jitter.
            await().atMost(Duration.ofSeconds(90)).until(() -> shadowfax.permits("198.51.100.10"));
            assertThat(running.isRunning()).isTrue();
        }
    }

    /** Real time: what is tested is that so much of it does no harm. */
    private static void pass(Duration time, RunningCommand running) {
        await().atMost(time.plusMinutes(1)).pollDelay(time).until(running::isRunning);
    }

    @Test
    void ipv6AloneIsFollowedAndTemporaryAddressesAreAnnouncedWhereTheSystemPrefersThem() {
        gwaihir.removeAddress("198.51.100.10");
        try (RunningCommand running = agent.startGranted(TO6, "--interface", "eth0", "--every", "1h")) {
            awaitPermitted("2001:db8:100::10");
            // A temporary address with a stable one beside it, as privacy extensions make them (RFC 8981).
            gwaihir.shell("""
                    echo 2 > /proc/sys/net/ipv6/conf/eth0/use_tempaddr
                    ip -6 address add 2001:db8:100:0:1::1/64 dev eth0 mngtmpaddr preferred_lft 600 valid_lft 1200
                    """);
            String temporary = awaitTemporary();
            awaitPermitted(temporary);
            assertThat(shadowfax.permits("2001:db8:100::10")).isFalse();
            gwaihir.shell("ip -6 address del " + temporary + "/64 dev eth0");
            awaitRefused(temporary);
            assertThat(running.isRunning()).isTrue();
        }
    }

    private String awaitTemporary() {
        return await().atMost(SOON)
                .until(
                        () -> gwaihir.shell("ip -6 -o address show dev eth0 temporary scope global")
                                .stdout()
                                .replaceFirst("(?s).*inet6 ([0-9a-f:]+)/.*", "$1")
                                .strip(),
                        text -> text.contains(":"));
    }

    @Test
    void withoutNetlinkAChangeIsSeenByLooking() {
        try (RunningCommand running = agent.startGranted(TO4, "--every", "1h", "--poll")) {
            gwaihir.setAddress("198.51.100.77");
            awaitPermitted("198.51.100.77");
            assertThat(shadowfax.permits("198.51.100.10")).isFalse();
            running.awaitOutput("198.51.100.77 until", SOON).awaitOutput("was 198.51.100.10", SOON);
        }
    }

    @Test
    void behindANatTheOuterAddressIsLeasedAndTheAnswerSaysSo() {
        Host router = lab.natRouter("router", "203.0.113.7");
        Host inner = lab.hostBehind(router, "inner", "10.7.0.5");
        AnnouncingHost behind = new AnnouncingHost(inner);
        shadowfax.user(agent.publicKey(), behind.publicKey());
        shadowfax.daemon().command("reload").orThrow();
        var once = behind.run("gerard+inner@192.0.2.25:2222", "--once", "--interface", "eth0");
        assertThat(once.exit()).as(once.output()).isZero();
        assertThat(once.stdout()).contains("granted gerard/inner 203.0.113.7").contains("note: 10.7.0.5", "NAT");
        assertThat(shadowfax.permits("203.0.113.7")).isTrue();
    }

    @Test
    void heldLeaseLastsWithItsConnectionAndMovesWithTheAddress() {
        try (RunningCommand running = agent.startGranted(TO4, "--interface", "eth0", "--hold")) {
            assertThat(running.output()).contains("granted gerard/gwaihir 198.51.100.10 while connected");
            assertThat(shadowfax.permits("198.51.100.10")).isTrue();
            gwaihir.setAddress("198.51.100.50");
            awaitPermitted("198.51.100.50");
            assertThat(shadowfax.permits("198.51.100.10")).isFalse();
            Instant restart = Instant.now();
            shadowfax.restart(() -> {});
            awaitHeldAgainSince(restart);
        }
        awaitRefused("198.51.100.50");
    }

    /** The lease outlives the restart; the connection has to be made anew, or the lease ends within its grace. */
    private void awaitHeldAgainSince(Instant restart) {
        await().atMost(SOON).until(() -> renewedAt().isAfter(restart));
        awaitPermitted("198.51.100.50");
    }

    /** Long ago while there is no lease: on a busy machine its grace may end before the agent is back. */
    private Instant renewedAt() {
        String leases = shadowfax.daemon().command("leases", "--json").stdout();
        return leases.contains("\"renewed_at\"")
                ? Instant.parse(leases.replaceFirst("(?s).*\"renewed_at\": *\"([^\"]+)\".*", "$1"))
                : Instant.MIN;
    }

    @Test
    void whatWasLeasedIsRevokedOnExit() {
        try (RunningCommand running = agent.startGranted(TO4, "--revoke-on-exit")) {
            assertThat(shadowfax.permits("198.51.100.10")).isTrue();
            running.signal("TERM");
            assertThat(running.awaitExit(SOON)).isZero();
            assertThat(running.output()).contains("revoked 198.51.100.10");
        }
        assertThat(shadowfax.permits("198.51.100.10")).isFalse();
    }

    @Test
    void hangupAnnouncesAtOnce() {
        try (RunningCommand running = agent.startGranted(TO4, "--every", "1h")) {
            shadowfax.daemon().command("revoke", "gerard").orThrow();
            running.signal("HUP");
            awaitPermitted("198.51.100.10");
        }
    }
}
