package org.scpbeforerelay.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;
import org.scpbeforerelay.rig.SmtpConversation;

/**
 * What is said of the variants is what a real smtpd does with a stranger. One Postfix, a port for each variant with its lists, and
 * nobody at the policy socket.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrangerTest {
    private static final String SHADOWFAX = "192.0.2.25";
    private static final int FIRST_PORT = 3000;

    private final Map<String, Integer> ports = new TreeMap<>();
    private NetworkLab lab;
    private Host stranger;
    private PostfixHost postfix;

    /** Those that say what a stranger gets, on Debian's own services. */
    static Stream<Variant> variants() {
        return Variant.all().stream()
                .filter(variant -> !variant.parts().containsKey("master.cf whole")
                        && !variant.lines("stranger").equals(List.of("-")));
    }

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        stranger = lab.host("stranger", "198.51.100.66");
        Host host = lab.server("shadowfax", List.of("postfix"), SHADOWFAX);
        PostfixSettings settings = PostfixSettings.forDomain("example.org").set("default_transport", "discard:");
        postfix = PostfixHost.on(host, settings);
        for (Variant variant : variants().toList()) {
            int port = FIRST_PORT + ports.size();
            ports.put(variant.name(), port);
            settings.service(port + " inet n - y - - smtpd");
            set(host, variant).forEach((name, value) -> settings.service("  -o { " + name + " = " + value + " }"));
        }
        postfix.configure(settings);
        postfix.start();
    }

    /** What the variant sets about who may relay, as postconf tells it, on one line each. */
    private static Map<String, String> set(Host host, Variant variant) throws Exception {
        Path directory = Files.createDirectories(host.folder().resolve("variants/" + variant.name()));
        Files.writeString(directory.resolve("main.cf"), variant.mainCf());
        Files.writeString(directory.resolve("master.cf"), "");
        Files.setLastModifiedTime(directory.resolve("main.cf"), FileTime.fromMillis(0));
        Postconf postconf = new Postconf(host.commandLine(List.of("postconf")), directory);
        Map<String, String> set = new TreeMap<>(postconf.setup().set());
        set.keySet()
                .removeIf(name -> !name.startsWith("smtpd_")
                        && !name.equals("mynetworks")
                        && !name.matches("outsiders|friends|my_relay|mua_.*"));
        return set;
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void aStrangerGetsWhatTheVariantSays(Variant variant) throws Exception {
        try (var smtp = SmtpConversation.open(stranger, SHADOWFAX, ports.getOrDefault(variant.name(), 0))) {
            var reply = smtp.tryRecipient("somebody@example.net", "friend@example.net");
            assertThat(reply.code())
                    .as(reply + "\n" + postfix.mailLog())
                    .hasToString(variant.part("stranger").strip());
        }
    }
}
