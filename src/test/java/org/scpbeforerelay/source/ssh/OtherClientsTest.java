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

/** Clients that are not OpenSSH's, or drive it in their own way. */
@Tag("e2e")
final class OtherClientsTest {
    @TempDir
    Path folder;

    private EndpointRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new EndpointRig(folder);
        rig.user("gerard", true, rig.makeKey("key"));
        Files.writeString(folder.resolve("gwaihir-ip"), "127.0.0.1 0\n");
        Files.writeString(folder.resolve("bad-ip"), "203.0.113.7 0\n");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void curlUploadsBySftpAndByScpAndFailsWhenRefused() throws Exception {
        for (String scheme : List.of("sftp", "scp")) {
            String base = scheme + "://127.0.0.1:" + rig.port() + "/tmp/";
            ProcessRun granted = curl("gwaihir-ip", base + "gwaihir-ip");
            assertThat(granted.status()).as(scheme + granted.err()).isZero();
            assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
            assertThat(rig.ssh("key", "gerard", "revoke").status()).isZero();
        }
        assertThat(curl("bad-ip", "sftp://127.0.0.1:" + rig.port() + "/bad-ip").status())
                .isNotZero();
    }

    private ProcessRun curl(String file, String url) throws Exception {
        return ProcessRun.of(
                folder,
                List.of("curl", "-sS", "-k", "-u", "gerard:", "--key", "key", "--pubkey", "key.pub", "-T", file, url));
    }

    @Test
    void lftpPutsThroughOpenSsh() throws Exception {
        String connect = "set sftp:connect-program '"
                + String.join(
                        " ",
                        rig.sshCommand("key", "gerard").stream()
                                .filter(word -> !word.contains("@"))
                                .toList())
                + " -a -x'; set net:max-retries 1; set cmd:fail-exit yes; open sftp://gerard:x@127.0.0.1:" + rig.port()
                + "; ";
        ProcessRun granted = ProcessRun.of(folder, List.of("lftp", "-c", connect + "put gwaihir-ip"));
        assertThat(granted.status()).as(granted.err()).isZero();
        assertThat(rig.hasLease("gerard", "gwaihir")).isTrue();
        assertThat(ProcessRun.of(folder, List.of("lftp", "-c", connect + "put bad-ip"))
                        .status())
                .isNotZero();
    }
}
