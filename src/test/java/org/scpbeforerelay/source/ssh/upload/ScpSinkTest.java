package org.scpbeforerelay.source.ssh.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScpSinkTest {
    private final Said said = new Said();
    private ScpSink sink = new ScpSink(".", said, said);

    @Test
    void aFileIsAcknowledgedStepByStepAndJudgedBeforeTheLastOne() {
        sink.begin();
        assertThat(said.take()).containsExactly(0);
        send("C0644 12 gwaihir-ip\n");
        assertThat(said.take()).containsExactly(0);
        said.atOnce = false;
        send("203.0.113.7\n\0");
        assertThat(said.take()).isEmpty();
        said.waiting.getFirst().complete(Said.GRANTED);
        assertThat(said.take()).containsExactly(0);
        sink.endOfInput();
        assertThat(said.exits).containsExactly(0);
        assertThat(said.delivered).containsEntry("gwaihir-ip", "203.0.113.7\n");
    }

    @Test
    void everythingAtOnceOrByteByByteIsTheSame() {
        String all = "T1 0 1 0\nC0644 12 gwaihir-ip\n203.0.113.7\n\0";
        send(all);
        assertThat(said.take()).containsExactly(0, 0, 0);
        sink = new ScpSink(".", said, said);
        for (byte b : all.getBytes(StandardCharsets.ISO_8859_1)) {
            sink.data(new byte[] {9, b, 9}, 1, 1);
        }
        assertThat(said.take()).containsExactly(0, 0, 0);
    }

    @Test
    void theEndOfInputWaitsForTheAnswer() {
        said.atOnce = false;
        send("C0644 12 gwaihir-ip\n203.0.113.7\n\0");
        sink.endOfInput();
        assertThat(said.exits).isEmpty();
        said.waiting.getFirst().complete(Said.GRANTED);
        assertThat(said.exits).containsExactly(0);
    }

    @Test
    void aRefusalIsAnErrorLineAndExit77() {
        send("C0644 2 gwaihir-ip\n0\n\0");
        assertThat(text())
                .startsWith("\0\u0001scp-before-relay: refused address-malformed ")
                .endsWith("\n");
        sink.endOfInput();
        assertThat(said.exits).containsExactly(77);
    }

    @Test
    void aTargetThatNamesADeviceIsTheFile() {
        sink = new ScpSink("tmp/landroval-ip", said, said);
        send("C0644 12 here\n203.0.113.7\n\0");
        assertThat(said.delivered).containsKey("tmp/landroval-ip");
    }

    @Test
    void aLargeFileIsRefusedBeforeItsBytesAndTheNextOneIsTaken() {
        send("C0644 999999999999 gwaihir-ip\n");
        assertThat(text()).startsWith("\u0001scp-before-relay: refused too-large ");
        send("C0644 12 gwaihir-ip\n203.0.113.7\n\0");
        assertThat(said.delivered).hasSize(1);
        sink.endOfInput();
        assertThat(said.exits).containsExactly(77);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "D0755 0 folder\n",
                "C0644 12\n",
                "C0644 -1 x\n",
                "C0644 1 ../x\n",
                "C0644 99999999999999999999 x\n",
                "C9999 1 x\n",
                "rm -rf /\n",
                "\n",
                "E\n"
            })
    void whatIsNoFileEndsTheConversationWithAReason(String line) {
        send(line);
        send("C0644 12 gwaihir-ip\n203.0.113.7\n\0");
        assertThat(text()).startsWith("\u0002scp-before-relay: ").endsWith("\n");
        assertThat(said.exits).hasSize(1).doesNotContain(0);
        assertThat(said.delivered).isEmpty();
    }

    @Test
    void aFileThatBreaksOffIsNotJudged() {
        send("C0644 12 gwaihir-ip\n203.0.1");
        sink.endOfInput();
        assertThat(said.delivered).isEmpty();
    }

    @Test
    void aWholeFileWithoutTheZeroByteIsJudgedAtTheEndOfInput() {
        send("C0644 12 gwaihir-ip\n203.0.113.7\n");
        assertThat(said.delivered).isEmpty();
        sink.endOfInput();
        assertThat(said.delivered).containsEntry("gwaihir-ip", "203.0.113.7\n");
        assertThat(said.exits).containsExactly(0);
    }

    @Test
    void anEndlessControlLineIsCut() {
        send("C" + "0".repeat(100_000));
        assertThat(said.exits).hasSize(1);
    }

    @Test
    void hostileBytesNeverDoMoreThanEndIt() {
        Random random = new Random(20261122);
        for (int round = 0; round < 5000; round++) {
            sink = new ScpSink(".", said, said);
            byte[] bytes = "T1 0 1 0\nC0644 12 gwaihir-ip\n203.0.113.7\n\0".getBytes(StandardCharsets.ISO_8859_1);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            sink.data(bytes, 0, random.nextInt(bytes.length + 1));
            sink.endOfInput();
        }
        assertThat(said.exits).hasSize(5000);
    }

    private void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        sink.data(bytes, 0, bytes.length);
    }

    private String text() {
        return new String(said.take(), StandardCharsets.UTF_8);
    }
}
