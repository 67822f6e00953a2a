package org.scpbeforerelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;

/**
 * Every SSH client of Debian: granted, refused with an exit status that says so (and the reason, where the client shows it), and
 * turned away with a wrong key. The lines are those of docs/clients.md, with the options that pin key and host for a test.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EveryClientTest {
    private static final String HERE = "198.51.100.10";

    /**
     * A client.
     *
     * @param line {@code KEY} is right or wrong, {@code FILE} is gwaihir-ip or bad-ip, {@code ADDRESS} what is in it
     * @param showsReason whether a person sees why it was refused
     */
    record Client(String name, boolean showsReason, String line) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String OPENSSH =
            "-o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none -o UserKnownHostsFile=known_hosts -i KEY";
    private static final String PUTTY = "-batch -P 2222 -i KEY.ppk -hostkey HOSTKEY";

    static Stream<Client> clients() {
        return Stream.of(
                new Client("scp", true, "scp " + OPENSSH + " -P 2222 FILE gerard@192.0.2.25:"),
                new Client("scp -O", true, "scp -O " + OPENSSH + " -P 2222 FILE gerard@192.0.2.25:"),
                new Client("scp to a folder", true, "scp " + OPENSSH + " -P 2222 FILE gerard@192.0.2.25:tmp/"),
                new Client("sftp", true, "echo 'put FILE' | sftp " + OPENSSH + " -P 2222 -b - gerard@192.0.2.25"),
                new Client(
                        "ssh", true, "ssh " + OPENSSH + " -p 2222 gerard@192.0.2.25 announce --device gwaihir ADDRESS"),
                new Client(
                        "dbclient",
                        true,
                        "HOME=$PWD dbclient -T -i KEY.dropbear -p 2222 gerard@192.0.2.25 announce --device gwaihir ADDRESS </dev/null"),
                new Client(
                        "scp through dbclient",
                        true,
                        "HOME=$PWD scp -O -S $PWD/dbclient-KEY -P 2222 FILE gerard@192.0.2.25:"),
                new Client("pscp", true, "pscp " + PUTTY + " FILE gerard@192.0.2.25:"),
                new Client("pscp -scp", true, "pscp -scp " + PUTTY + " FILE gerard@192.0.2.25:"),
                new Client("psftp", true, "echo 'put FILE' >batch; psftp -b batch " + PUTTY + " gerard@192.0.2.25"),
                new Client(
                        "plink",
                        true,
                        "plink " + PUTTY + " gerard@192.0.2.25 announce --device gwaihir ADDRESS </dev/null"),
                new Client(
                        "curl sftp",
                        false,
                        "curl -sS -k --key KEY --pubkey KEY.pub -u gerard: -T FILE sftp://192.0.2.25:2222/"),
                new Client(
                        "lftp",
                        true,
                        "lftp -c 'set sftp:connect-program \"ssh -a -x " + OPENSSH
                                + "\"; set net:max-retries 1; set cmd:fail-exit yes;"
                                + " open -p 2222 -u gerard,x sftp://192.0.2.25; put FILE'"));
    }

    private NetworkLab lab;
    private Host gwaihir;
    private MailHost shadowfax;
    private String hostKey = "";

    @BeforeAll
    void build() throws Exception {
        lab = NetworkLab.start();
        gwaihir = lab.host("gwaihir", HERE);
        shadowfax = MailHost.on(lab.host("shadowfax", "192.0.2.25"), "");
        Path folder = gwaihir.folder();
        Files.writeString(folder.resolve("gwaihir-ip"), HERE + " 0\n");
        Files.writeString(folder.resolve("bad-ip"), "203.0.113.99 0\n");
        gwaihir.shell("""
                for key in right wrong; do
                    ssh-keygen -q -t ed25519 -N '' -C $key -f $key
                    puttygen $key -O private -o $key.ppk
                    dropbearconvert openssh dropbear $key $key.dropbear
                done
                """);
        for (String key : List.of("right", "wrong")) {
            Path wrapper = Files.writeString(
                    folder.resolve("dbclient-" + key), "#!/bin/sh\nexec dbclient -i " + key + ".dropbear \"$@\"\n");
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        shadowfax.user(Files.readString(folder.resolve("right.pub")).strip()).start();
        Path hostKeys = shadowfax.daemon().state().resolve("host-keys");
        String ed25519 = Files.readString(hostKeys.resolve("ssh_host_ed25519_key.pub"));
        Files.writeString(folder.resolve("known_hosts"), "[192.0.2.25]:2222 " + ed25519);
        Files.createDirectories(folder.resolve(".ssh"));
        // Without its comment: dropbear would take that as a part of the key.
        String[] words = ed25519.split(" ");
        Files.writeString(folder.resolve(".ssh/known_hosts"), "192.0.2.25 " + words[0] + " " + words[1] + "\n");
        hostKey = gwaihir.exec(
                        "ssh-keygen",
                        "-l",
                        "-f",
                        hostKeys.resolve("ssh_host_ed25519_key.pub").toString())
                .orThrow()
                .stdout()
                .split(" ")[1];
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

    private CommandResult run(Client client, String key, String file, String address) {
        return gwaihir.exec(
                "sh",
                "-c",
                client.line()
                        .replace("HOSTKEY", hostKey)
                        .replace("KEY", key)
                        .replace("FILE", file)
                        .replace("ADDRESS", address));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void isGrantedRefusedAndTurnedAway(Client client) {
        CommandResult refused = run(client, "right", "bad-ip", "203.0.113.99");
        assertThat(refused.exit()).as(refused.output()).isNotZero();
        assertThat(refused.output().contains("address-not-yours"))
                .as("shows the reason: " + refused.output())
                .isEqualTo(client.showsReason());

        CommandResult turnedAway = run(client, "wrong", "gwaihir-ip", HERE);
        assertThat(turnedAway.exit()).as(turnedAway.output()).isNotZero();
        assertThat(shadowfax.permits(HERE)).isFalse();

        CommandResult granted = run(client, "right", "gwaihir-ip", HERE);
        assertThat(granted.exit()).as(granted.output()).isZero();
        assertThat(shadowfax.permits(HERE)).isTrue();
    }

    @Test
    void curlCopiesByScpToo() {
        CommandResult granted = gwaihir.exec(
                "curl",
                "-sS",
                "-k",
                "--key",
                "right",
                "--pubkey",
                "right.pub",
                "-u",
                "gerard:",
                "-T",
                "gwaihir-ip",
                "scp://192.0.2.25:2222/");
        assertThat(granted.exit()).as(granted.output()).isZero();
        assertThat(shadowfax.permits(HERE)).isTrue();
    }
}
