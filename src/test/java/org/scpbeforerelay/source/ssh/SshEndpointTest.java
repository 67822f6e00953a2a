package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person with OpenSSH sees. */
@Tag("e2e")
final class SshEndpointTest {
    @TempDir
    Path folder;

    private EndpointRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder);
        rig.user("gerard", true, rig.makeKey("key"));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-q", "-O", "-Op", "-Or", "-p"})
    void aCopyGrantsALeaseToTheDeviceOfTheFileName(String flag) throws Exception {
        ProcessRun run = rig.scp("key", "gerard", "gwaihir-ip", "127.0.0.1 0\n", "", flag);

        assertThat(run).isEqualTo(new ProcessRun(0, "", ""));
        assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "-O"})
    void aRefusedCopyFailsWithTheReasonOnTheTerminal(String flag) throws Exception {
        ProcessRun run = rig.scp("key", "gerard", "gwaihir-ip", "203.0.113.7 0\n", "", flag);

        assertThat(run.status()).isNotZero();
        assertThat(run.err()).contains("refused address-not-yours you announced 203.0.113.7 but came from 127.0.0.1");
        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "-O"})
    void anEmptyFileAndTheHintsZeroAreRefused(String flag) throws Exception {
        for (String content : List.of("", " 0\n", "0 0\n", "203.0\n")) {
            ProcessRun run = rig.scp("key", "gerard", "gwaihir-ip", content, "", flag);
            assertThat(run.status()).as("status for '%s'", content).isNotZero();
            assertThat(run.err()).as("message for '%s'", content).contains("refused address-malformed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "-O"})
    void aLargeFileIsRefusedAndCostsNothing(String flag) throws Exception {
        ProcessRun run = rig.scp("key", "gerard", "gwaihir-ip", "127.0.0.1\n".repeat(100_000), "", flag);

        assertThat(run.status()).isNotZero();
        assertThat(run.err()).contains("refused too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-p", "-O"})
    void aPathThatNamesNoDeviceIsAFolder(String flag) throws Exception {
        assertThat(rig.scp("key", "gerard", "gwaihir-ip", "auto\n", "tmp/", flag)
                        .status())
                .isZero();
        assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
        assertThat(rig.scp("key", "gerard", "here", "auto\n", "tmp/landroval-ip", flag)
                        .status())
                .isZero();
        assertThat(rig.hasLease("gerard", "landroval")).isTrue();
        assertThat(rig.scp("key", "gerard", "here", "auto\n", "anywhere", flag).status())
                .isZero();
        assertThat(rig.hasLease("gerard", "default")).isTrue();
    }

    @Test
    void theLoginNameNamesTheDeviceBeforeTheFileDoes() throws Exception {
        assertThat(rig.scp("key", "gerard+landroval", "gwaihir-ip", "auto\n", "")
                        .status())
                .isZero();
        assertThat(rig.hasLease("gerard", "landroval")).isTrue();
        assertThat(rig.lease("gerard", "gwaihir")).isNull();
    }

    @Test
    void pitfall13APrivateAddressIsTheFarSideOfANatAndTheAnswerSaysSo() throws Exception {
        ProcessRun run = rig.scp("key", "gerard", "gwaihir-ip", "192.168.1.7 stub\n", "");
        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("behind a NAT").contains("127.0.0.1");
    }

    @Test
    void sftpPutsAnnounceAndRenamesAreTaken() throws Exception {
        Files.writeString(folder.resolve("gwaihir-ip"), "auto\n");
        Files.writeString(folder.resolve("bad-ip"), "203.0.113.7\n");

        assertThat(rig.sftp("key", "gerard", "put gwaihir-ip\nls\nchmod 600 gwaihir-ip\nrename gwaihir-ip x\n")
                        .status())
                .isZero();
        assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
        ProcessRun refused = rig.sftp("key", "gerard", "put bad-ip\n");
        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("refused address-not-yours");
        assertThat(rig.sftp("key", "gerard", "get gwaihir-ip\n").status()).isNotZero();
    }

    @Test
    void announceListAndRevokeBySpokenCommand() throws Exception {
        ProcessRun granted = rig.ssh("key", "gerard+gwaihir", "announce", "--term", "1h", "auto");
        assertThat(granted.out()).matches("granted gerard/gwaihir 127\\.0\\.0\\.1 until 20[0-9-]{8}T[0-9:]{8}Z\n");
        assertThat(granted.status()).isZero();

        assertThat(rig.ssh("key", "gerard", "leases").out()).contains("gwaihir", "127.0.0.1", "0:59:5");
        assertThat(rig.ssh("key", "gerard", "leases", "--json").out())
                .startsWith("{\"leases\":[{\"user\":\"gerard\",\"device\":\"gwaihir\",\"address\":\"127.0.0.1\"");

        assertThat(rig.ssh("key", "gerard", "revoke"))
                .isEqualTo(new ProcessRun(0, "revoked gerard/gwaihir 127.0.0.1\n", ""));
        assertThat(rig.ssh("key", "gerard", "revoke")).isEqualTo(new ProcessRun(1, "", "no leases\n"));
        assertThat(rig.hasLease("gerard", "gwaihir")).isFalse();
    }

    @Test
    void refusedAnnouncementsExit77() throws Exception {
        ProcessRun run = rig.ssh("key", "gerard", "announce", "203.0.113.7");
        assertThat(run.status()).isEqualTo(77);
        assertThat(run.err()).startsWith("refused address-not-yours ");
        assertThat(run.out()).isEmpty();

        assertThat(rig.ssh("key", "gerard", "announce", "127.1").err()).startsWith("refused address-malformed ");
        assertThat(rig.ssh("key", "gerard", "announce", "--term", "9000d").err())
                .startsWith("refused term-too-long ");
    }

    @Test
    void whatIsNotUnderstoodIsAnsweredWithHelp() throws Exception {
        for (String[] words : new String[][] {
            {}, {"reboot"}, {"announce", "--devise", "x"}, {"scp -f /etc/passwd"}, {"announce", "--device", "A/B"}
        }) {
            ProcessRun run = rig.ssh("key", "gerard", words);
            assertThat(run.status()).as(String.join(" ", words)).isEqualTo(64);
            assertThat(run.err()).contains("ssh USER@HOST announce");
        }
        ProcessRun help = rig.ssh("key", "gerard", "help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("ssh USER@HOST announce");
    }

    @Test
    void anUnknownUserLooksLikeAWrongKey() throws Exception {
        rig.makeKey("other");
        ProcessRun wrongKey = rig.ssh("other", "gerard", "help");
        ProcessRun unknown = rig.ssh("other", "sauron", "help");
        ProcessRun knownKey = rig.ssh("key", "sauron", "help");

        assertThat(wrongKey.status()).isEqualTo(255);
        assertThat(wrongKey.err()).contains("Permission denied (publickey)");
        assertThat(unknown.err()).isEqualTo(wrongKey.err().replace("gerard@", "sauron@"));
        assertThat(knownKey).isEqualTo(unknown);
    }

    @Test
    void aKeyOfOneDeviceSpeaksForThatDeviceAlone() throws Exception {
        rig.user("frodo", true, "device=\"sting\" " + rig.makeKey("bound"));

        assertThat(rig.scp("bound", "frodo", "gwaihir-ip", "auto\n", "").status())
                .isZero();
        assertThat(rig.hasLease("frodo", "sting")).isTrue();
        assertThat(rig.lease("frodo", "gwaihir")).isNull();
        assertThat(rig.ssh("bound", "frodo+sting", "announce").status()).isZero();
        assertThat(rig.ssh("bound", "frodo+gwaihir", "announce").err()).contains("Permission denied");
        assertThat(rig.ssh("bound", "frodo", "announce", "--device", "gwaihir").status())
                .isEqualTo(77);
        assertThat(rig.ssh("bound", "frodo", "revoke", "--device", "gwaihir").status())
                .isEqualTo(77);
    }

    /** A line as it stands in many an authorized_keys; what it forbids is not there to be had. */
    @Test
    void aRestrictedKeyAnnouncesAndItsForcedCommandIsNotRun() throws Exception {
        String line = rig.makeKey("restricted");
        rig.user(
                "frodo",
                true,
                "restrict,no-pty,command=\"touch " + folder.resolve("ran") + "\",from=\"127.0.0.0/8,!127.0.0.9\" "
                        + line);
        assertThat(rig.ssh("restricted", "frodo+gwaihir", "announce").status()).isZero();
        assertThat(rig.hasLease("frodo", "gwaihir")).isTrue();
        assertThat(rig.scp("restricted", "frodo", "landroval-ip", "auto\n", "").status())
                .isZero();
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    @Test
    void whoIsDisabledExpiredOrElsewhereIsToldSo() throws Exception {
        String line = rig.makeKey("told");
        rig.user("frodo", false, line);
        assertThat(rig.ssh("told", "frodo", "announce").err()).startsWith("refused disabled ");
        rig.user("frodo", true, "expiry-time=\"20200101Z\" " + line);
        assertThat(rig.ssh("told", "frodo", "announce").err()).startsWith("refused key-expired ");
        rig.user("frodo", true, "from=\"203.0.113.0/24\" " + line);
        ProcessRun elsewhere = rig.ssh("told", "frodo", "announce");
        assertThat(elsewhere.err()).startsWith("refused from-not-allowed ");
        assertThat(elsewhere.status()).isEqualTo(77);
        assertThat(rig.scp("told", "frodo", "gwaihir-ip", "auto\n", "").err()).contains("refused from-not-allowed");
        assertThat(rig.registry.book().size()).isZero();
    }

    @Test
    void nothingButSessionsIsOpenedAndNoTerminalAgentOrEnvironmentIsGiven() throws Exception {
        ProcessRun tty = rig.ssh("key", "gerard", "-tt", "help");
        assertThat(tty.err()).contains("PTY allocation request failed");
        ProcessRun remote =
                rig.ssh("key", "gerard", "-R0:127.0.0.1:9", "-oExitOnForwardFailure=yes", "-oLogLevel=INFO", "-N");
        assertThat(remote.status()).isEqualTo(255);
        assertThat(remote.err()).contains("remote port forwarding failed");
        ProcessRun direct = rig.ssh("key", "gerard", "-W127.0.0.1:" + rig.port(), "-oLogLevel=INFO");
        assertThat(direct.status()).isEqualTo(255);
        assertThat(direct.err()).contains("stdio forwarding failed");
        ProcessRun rest = rig.ssh("key", "gerard", "-v", "-A", "-X", "-oSendEnv=PATH", "-oLogLevel=DEBUG", "help");
        assertThat(rest.status()).isZero();
    }

    @Test
    void onlyModernAlgorithmsAreOfferedAndThePostQuantumExchangeIsTaken() throws Exception {
        ProcessRun run = rig.ssh("key", "gerard", "-vv", "-oLogLevel=DEBUG2", "help");

        assertThat(run.err()).contains("kex: algorithm: sntrup761x25519-sha512");
        String offer = run.err().substring(run.err().indexOf("peer server KEXINIT proposal"));
        assertThat(offer).contains("mlkem768x25519-sha256", "ssh-ed25519", "rsa-sha2-512");
        assertThat(offer.lines()
                        .filter(line -> line.contains("host key algorithms"))
                        .findFirst()
                        .orElse(""))
                .doesNotContain("ssh-rsa");
        String ours = offer.substring(0, offer.indexOf("kex: algorithm"));
        assertThat(ours).doesNotContain("sha1", "cbc", "diffie-hellman", "zlib", "md5", "arcfour", "3des");
        assertThat(run.err()).contains("kex-strict-s-v00@openssh.com");
    }

    @Test
    void everyKindOfKeyProvesWhoSomebodyIs() throws Exception {
        String rsa = rig.makeKey("rsa", "-t", "rsa", "-b", "2048");
        String p256 = rig.makeKey("p256", "-t", "ecdsa", "-b", "256");
        String p521 = rig.makeKey("p521", "-t", "ecdsa", "-b", "521");
        rig.user("frodo", true, rsa, p256, p521);
        for (String key : List.of("rsa", "p256", "p521")) {
            assertThat(rig.ssh(key, "frodo", "announce", "--device", key).status())
                    .as(key)
                    .isZero();
        }
        assertThat(rig.ssh("rsa", "frodo", "-oPubkeyAcceptedAlgorithms=ssh-rsa", "help")
                        .status())
                .isEqualTo(255);
    }
}
