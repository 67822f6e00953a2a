/**
 * The test rig: real mail servers, real OpenSSH and real networks, started and ended by the tests themselves.
 *
 * <p>A {@link org.scpbeforerelay.rig.NetworkLab} is a switch with hosts. Every {@link org.scpbeforerelay.rig.Host} has
 * a network namespace of its own, with addresses from the documentation networks, and a mount namespace of its own,
 * in which {@code /etc}, {@code /usr}, {@code /var} and {@code /run} are private: unpacked Debian packages lie over the
 * machine's own files there, users are added there, and nothing is ever changed outside. Everything else, the lab's
 * folder below {@code /tmp} above all, is shared, so that a socket in Postfix's queue directory is the same file for all.
 *
 * <pre>{@code
 * try (var lab = NetworkLab.start()) {
 *     Host gwaihir = lab.host("gwaihir", "198.51.100.10", "2001:db8:100::10");
 *     Host shadowfax = lab.server("shadowfax", List.of("postfix"), "192.0.2.25", "2001:db8::25");
 *     Host hop = lab.server("hop", List.of("postfix"), "192.0.2.30");
 *     var sink = SmtpSink.start(hop, "192.0.2.30", 25);
 *     var postfix = PostfixHost.on(shadowfax, PostfixSettings.forDomain("example.org")
 *             .relayhost("[192.0.2.30]:25")
 *             .relayByPolicy());
 *     postfix.start();
 *     // a daemon of ours, in this JVM or as a program of its own, opens postfix.policySocket() here:
 *     //   shadowfax.inside(() -> daemonStartedInProcess(...))      or      shadowfax.start("daemon", "java", ...)
 *     try (var smtp = SmtpConversation.open(gwaihir, "192.0.2.25", 25)) {
 *         smtp.hello();
 *         assertThat(smtp.mail("gerard@example.org").code()).isEqualTo(250);
 *         assertThat(smtp.rcpt("someone@example.net").code()).isEqualTo(554);
 *     }
 *     gwaihir.setAddress("198.51.100.99");
 * }
 * }</pre>
 *
 * <p>Neighbours: none. The rig knows nothing of the product's code, and the product nothing of it. It needs Linux, root,
 * iproute2, util-linux and the unpacked packages of {@link org.scpbeforerelay.rig.DebianRoots}.
 *
 * <p>Deliberately absent: named namespaces (those outlive a killed run: a host here is held by one small shell, which
 * ends all processes of its host and then itself as soon as this JVM is gone), DNS, and imitations of any real part.
 */
@NullMarked
package org.scpbeforerelay.rig;

import org.jspecify.annotations.NullMarked;
