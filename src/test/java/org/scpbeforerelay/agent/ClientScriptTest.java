package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;

/** The script that {@code user client} prints, under every shell, with OpenSSH and dropbear, against the daemon. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientScriptTest {
    private static final String HERE4 = "198.51.100.10";
    private static final String HERE6 = "2001:db8:100::10";

    private NetworkLab lab;
    private Host router;
    private MailHost shadowfax;
    private Path script;
    private Path home;

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        router = lab.host("router", HERE4, HERE6);
        router.shell("printf '192.0.2.25 shadowfax\\n2001:db8::25 shadowfax\\n' >>/etc/hosts");
        home = Files.createDirectories(router.folder().resolve("home"));
        shadowfax = MailHost.on(lab.host("shadowfax", "192.0.2.25", "2001:db8::25"), "")
                .user()
                .start();
        script = print("announce-relay");
        List<String> keys = new ArrayList<>();
        for (String client : List.of("ssh", "dbclient")) {
            CommandResult key = run("sh", client, "", "key").orThrow();
            keys.add(key.stdout().strip());
            assertThat(run("sh", client, "", "key").stdout()).as("the same key").isEqualTo(key.stdout());
        }
        shadowfax.user(keys.toArray(String[]::new));
        shadowfax.daemon().command("reload").orThrow();
    }

    private Path print(String name, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("user", "client", "gerard", "--device", "router", "--host", "shadowfax"));
        command.addAll(Arrays.asList(options));
        String text = shadowfax
                .daemon()
                .command(command.toArray(String[]::new))
                .orThrow()
                .stdout();
        return Files.writeString(router.folder().resolve(name), text);
    }

    @AfterAll
    void close() {
        shadowfax.close();
        lab.close();
    }

    @BeforeEach
    void nothingLeased() {
        shadowfax.daemon().command("revoke", "gerard");
    }

    /** {@code settings}: further variables, blanks between them. */
    private CommandResult run(String shell, String client, String settings, String... words) {
        return on(router, script, shell, client, settings, words);
    }

    private CommandResult on(Host host, Path file, String shell, String client, String settings, String... words) {
        List<String> line = new ArrayList<>(
                List.of("env", "HOME=" + home, "SBR_CLIENT=" + client, "SBR_ATTEMPTS=2", "SBR_PAUSE=0"));
        if (!settings.isEmpty()) {
            line.addAll(Arrays.asList(settings.split(" ")));
        }
        line.addAll(Arrays.asList(shell.split(" ")));
        line.add(file.toString());
        line.addAll(Arrays.asList(words));
        return host.exec(Duration.ofSeconds(60), "", line);
    }

    @Test
    void shellcheckFindsNothingInWhatIsPrinted() throws Exception {
        for (Path each : List.of(script, print("wan", "--interface", "wan", "--both-families"))) {
            CommandResult checked = router.exec("shellcheck", each.toString());
            assertThat(checked.output()).isEmpty();
            assertThat(Files.readString(each)).contains("*/4 * * * *", "OnUnitInactiveSec=4min");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dash, ssh",
        "dash, dbclient",
        "busybox ash, ssh",
        "busybox ash, dbclient",
        "bash --posix, ssh",
        "bash, dbclient",
        "ksh, ssh",
        "ksh, dbclient"
    })
    void everyShellAnnouncesAndRevokesByEitherClient(String shell, String client) {
        CommandResult announced = run(shell, client, "");
        assertThat(announced.output()).isEmpty();
        assertThat(announced.exit()).isZero();
        assertThat(shadowfax.permits(HERE4) || shadowfax.permits(HERE6)).isTrue();

        CommandResult interfaces = run(shell, client, "SBR_INTERFACE=eth0");
        assertThat(interfaces.exit()).as(interfaces.output()).isZero();
        assertThat(shadowfax.permits(HERE4)).isTrue();
        assertThat(shadowfax.permits(HERE6)).isTrue();

        CommandResult stopped = run(shell, client, "", "stop");
        assertThat(stopped.exit()).as(stopped.output()).isZero();
        assertThat(shadowfax.permits(HERE4)).isFalse();
        assertThat(shadowfax.permits(HERE6)).isFalse();
        assertThat(run(shell, client, "", "stop").exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh", "dbclient"})
    void bothFamiliesAreAnnouncedWithoutAnInterfaceToo(String client) {
        CommandResult announced = run("sh", client, "SBR_FAMILIES=4");
        assertThat(announced.exit()).as(announced.output()).isZero();
        assertThat(shadowfax.permits(HERE4)).isTrue();
        assertThat(shadowfax.permits(HERE6)).isFalse();
        announced = run("sh", client, "SBR_FAMILIES=6");
        assertThat(announced.exit()).as(announced.output()).isZero();
        assertThat(shadowfax.permits(HERE6)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh", "dbclient"})
    void failuresTellByStatusAndReason(String client) throws Exception {
        assertThat(run("sh", client, "SBR_INTERFACE=ppp0"))
                .matches(result -> result.exit() == 1)
                .satisfies(result -> assertThat(result.stderr()).contains("ppp0 is down"));
        assertThat(run("sh", client, "SBR_HOST=192.0.2.25 SBR_PORT=2223"))
                .matches(result -> result.exit() == 69)
                .satisfies(result -> assertThat(result.stderr()).containsIgnoringCase("refused"));
        Path other = Files.writeString(
                router.folder().resolve("other"), Files.readString(script).replace("gerard+router", "nobody+router"));
        assertThat(on(router, other, "sh", client, ""))
                .matches(result -> result.exit() == 77)
                .satisfies(result -> assertThat(result.stderr()).contains("not this key"));
        String wrongKey = Files.readString(script)
                .replaceAll(
                        "ssh-ed25519 AAAA\\S{40}",
                        "ssh-ed25519 " + "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAA".substring(0, 44));
        Path between = Files.writeString(router.folder().resolve("between"), wrongKey);
        assertThat(on(router, between, "sh", client, ""))
                .matches(result -> result.exit() == 78)
                .satisfies(result -> assertThat(result.stderr()).contains("another host key"));
        Host stranger = lab.host("stranger-" + client, "192.0.2.66");
        assertThat(on(stranger, script, "sh", client, "SBR_HOST=192.0.2.25 SBR_RUN=" + stranger.folder()))
                .matches(result -> result.exit() == 77)
                .satisfies(result -> assertThat(result.stderr()).contains("refused address-not-allowed"));
    }

    @Test
    void aSecondRunIsTurnedAwayAndAStaleLockIsNot() throws Exception {
        Path run = Files.createDirectories(router.folder().resolve("run"));
        Path lock = Files.createDirectories(run.resolve(".announce-relay-gerard+router/lock"));
        Files.writeString(lock.resolve("pid"), ProcessHandle.current().pid() + "\n");
        assertThat(run("sh", "ssh", "SBR_RUN=" + run).exit()).isEqualTo(75);
        Files.writeString(lock.resolve("pid"), "4194399\n");
        assertThat(run("sh", "ssh", "SBR_RUN=" + run).exit()).isZero();
        assertThat(lock).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox ash", "bash", "ksh"})
    void runRevokesOnItsWayOut(String shell) {
        List<String> line = new ArrayList<>(List.of("env", "HOME=" + home));
        line.addAll(Arrays.asList(shell.split(" ")));
        line.addAll(List.of(script.toString(), "run"));
        try (var running = router.start("script", line.toArray(String[]::new))) {
            await().atMost(Duration.ofSeconds(20)).until(() -> shadowfax.permits(HERE4) || shadowfax.permits(HERE6));
            running.signal("TERM");
            assertThat(running.awaitExit(Duration.ofSeconds(20)))
                    .as(running.output())
                    .isZero();
        }
        assertThat(shadowfax.permits(HERE4)).isFalse();
        assertThat(shadowfax.permits(HERE6)).isFalse();
    }
}
