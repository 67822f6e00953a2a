package org.scpbeforerelay.source.ssh.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.source.ssh.upload.SftpPacket.Reader;
import org.scpbeforerelay.source.ssh.upload.SftpPacket.Writer;

final class SftpSinkTest {
    private final Said said = new Said();
    private SftpSink sink = new SftpSink(said, said);

    @Test
    void aSmallFileIsJudgedBeforeItsWriteIsAnswered() {
        String handle = open("gwaihir-ip");
        said.atOnce = false;
        write(handle, 0, "203.0.113.7 0\n");
        send(new Writer(SftpPacket.CLOSE).number(9).text(handle));
        assertThat(said.out.size()).isZero();
        said.waiting.getFirst().complete(Said.GRANTED);
        assertThat(statuses()).containsExactly(SftpPacket.OK, SftpPacket.OK);
        assertThat(said.delivered).containsEntry("gwaihir-ip", "203.0.113.7 0\n");
        assertThat(said.waiting).hasSize(1);
    }

    @Test
    void aRefusedWritePoisonsItsHandleAndSaysWhyOnce() {
        String handle = open("gwaihir-ip");
        write(handle, 0, "0 0\n");
        write(handle, 4, "203.0.113.7\n");
        send(new Writer(SftpPacket.FSETSTAT).number(7).text(handle).number(0));
        send(new Writer(SftpPacket.CLOSE).number(9).text(handle));
        assertThat(statuses()).containsOnly(SftpPacket.PERMISSION_DENIED).hasSize(4);
        assertThat(said.err).singleElement().asString().startsWith("refused address-malformed ");
        assertThat(said.delivered).hasSize(1);
    }

    @Test
    void anEmptyFileIsRefusedAtItsClose() {
        String handle = open("gwaihir-ip");
        send(new Writer(SftpPacket.CLOSE).number(9).text(handle));
        assertThat(statuses()).containsExactly(SftpPacket.PERMISSION_DENIED);
    }

    @Test
    void aPassingTroubleIsAFailureAndNotAMatterOfPermission() {
        String handle = open("gwaihir-ip");
        said.atOnce = false;
        write(handle, 0, "auto\n");
        said.waiting.getFirst().complete(new Verdict.Refused(RefusalCode.STORE_UNAVAILABLE, "later"));
        assertThat(statuses()).containsExactly(SftpPacket.FAILURE);
    }

    @Test
    void aFileInPiecesIsJudgedWholeAtItsLastPiece() {
        String handle = open("gwaihir-ip");
        write(handle, 0, "203.0.113.7\n");
        write(handle, 12, "2001:db8::7\n");
        send(new Writer(SftpPacket.CLOSE).number(9).text(handle));
        assertThat(statuses()).containsExactly(SftpPacket.OK, SftpPacket.OK, SftpPacket.OK);
        assertThat(said.delivered).containsEntry("gwaihir-ip", "203.0.113.7\n2001:db8::7\n");
    }

    @Test
    void largeFilesAndFilesWithHolesAreRefusedWithoutBeingKept() {
        write(open("a-ip"), 0, "x".repeat(32_768));
        assertThat(statuses()).containsExactly(SftpPacket.PERMISSION_DENIED);
        write(open("b-ip"), 100, "203.0.113.7\n");
        assertThat(statuses()).containsExactly(SftpPacket.PERMISSION_DENIED);
        write(open("c-ip"), -1, "203.0.113.7\n");
        assertThat(statuses()).containsExactly(SftpPacket.PERMISSION_DENIED);
        assertThat(said.delivered).isEmpty();
        assertThat(said.err.getFirst()).startsWith("refused too-large ");
    }

    @Test
    void nothingIsReadAndEveryOtherNameIsAFolder() {
        send(new Writer(SftpPacket.OPEN).number(1).text("/etc/passwd").number(1).number(0));
        send(new Writer(SftpPacket.READ).number(1).text("x").longNumber(0).number(10));
        assertThat(statuses()).containsOnly(SftpPacket.PERMISSION_DENIED).hasSize(2);
        assertThat(typeOf(new Writer(SftpPacket.STAT).number(1).text("tmp"))).isEqualTo(SftpPacket.ATTRS);
        assertThat(typeOf(new Writer(SftpPacket.STAT).number(1).text("tmp/x-ip")))
                .isEqualTo(SftpPacket.STATUS);
        write(open("tmp/../x-ip"), 0, "auto\n");
        said.take();
        assertThat(typeOf(new Writer(SftpPacket.LSTAT).number(1).text("/x-ip"))).isEqualTo(SftpPacket.ATTRS);
    }

    @Test
    void whatWasWrittenCanBeRenamedAndRemoved() {
        write(open("x"), 0, "auto\n");
        send(new Writer(SftpPacket.EXTENDED)
                .number(1)
                .text("posix-rename@openssh.com")
                .text("x")
                .text("y"));
        send(new Writer(SftpPacket.SETSTAT).number(1).text("y").number(0));
        send(new Writer(SftpPacket.REMOVE).number(1).text("y"));
        send(new Writer(SftpPacket.REMOVE).number(1).text("y"));
        assertThat(statuses())
                .containsExactly(SftpPacket.OK, SftpPacket.OK, SftpPacket.OK, SftpPacket.OK, SftpPacket.NO_SUCH_FILE);
    }

    /** Paths are kept, and answered with. */
    @Test
    void aPathThatIsTooLongIsRefusedAndNotKept() {
        String longest = "x".repeat(SftpSink.PATH_MAX);
        String tooLong = longest + "x";
        for (int type : new int[] {SftpPacket.STAT, SftpPacket.LSTAT, SftpPacket.REALPATH, SftpPacket.REMOVE}) {
            send(new Writer(type).number(1).text(tooLong));
        }
        send(new Writer(SftpPacket.OPEN).number(1).text(tooLong).number(2).number(0));
        assertThat(statuses()).containsOnly(SftpPacket.FAILURE).hasSize(5);
        write(open("x"), 0, "auto\n");
        said.take();
        send(new Writer(SftpPacket.RENAME).number(1).text("x").text(tooLong));
        send(new Writer(SftpPacket.EXTENDED)
                .number(1)
                .text("posix-rename@openssh.com")
                .text(tooLong)
                .text("x"));
        assertThat(statuses()).containsOnly(SftpPacket.FAILURE).hasSize(2);
        assertThat(typeOf(new Writer(SftpPacket.REALPATH).number(1).text(longest)))
                .isEqualTo(SftpPacket.NAME);
        assertThat(said.exits).isEmpty();
    }

    @Test
    void handlesAreLimitedAndUnknownOnesRefused() {
        for (int i = 0; i < SftpSink.HANDLES_MAX; i++) {
            open("f" + i);
        }
        send(new Writer(SftpPacket.OPEN).number(1).text("x").number(2).number(0));
        write("no", 0, "auto\n");
        assertThat(statuses()).containsExactly(SftpPacket.FAILURE, SftpPacket.FAILURE);
    }

    @Test
    void oversizedAndBrokenPacketsEndTheConversation() {
        for (byte[] bytes : List.of(
                new byte[] {0x7f, 0, 0, 0, 1},
                new byte[] {0, 0, 0, 0, 0},
                new byte[] {0, 0, 0, 2, 6, 0},
                ByteBuffer.allocate(13)
                        .putInt(9)
                        .put((byte) 6)
                        .putInt(1)
                        .putInt(99)
                        .array())) {
            sink = new SftpSink(said, said);
            said.exits.clear();
            sink.data(bytes, 0, bytes.length);
            assertThat(said.exits).singleElement().isNotEqualTo(0);
        }
    }

    @Test
    void hostileBytesNeverDoMoreThanEndIt() {
        Random random = new Random(20261122);
        for (int round = 0; round < 5000; round++) {
            sink = new SftpSink(said, said);
            said.exits.clear();
            ByteBuffer all = ByteBuffer.allocate(200);
            all.put(new Writer(SftpPacket.INIT).number(3).packet());
            all.put(new Writer(SftpPacket.OPEN)
                    .number(1)
                    .text("x-ip")
                    .number(2)
                    .number(0)
                    .packet());
            all.put(new Writer(SftpPacket.WRITE)
                    .number(2)
                    .text("f0")
                    .longNumber(0)
                    .text("auto\n")
                    .packet());
            for (int i = random.nextInt(5); i >= 0; i--) {
                all.put(random.nextInt(all.position()), (byte) random.nextInt(256));
            }
            int cut = random.nextInt(all.position());
            sink.data(all.array(), 0, cut);
            sink.data(all.array(), cut, all.position() - cut);
            sink.endOfInput();
            assertThat(said.exits).hasSize(1);
        }
    }

    private String open(String path) {
        said.take();
        send(new Writer(SftpPacket.OPEN).number(1).text(path).number(0x1a).number(0));
        ByteBuffer answer = ByteBuffer.wrap(said.take());
        answer.getInt();
        assertThat((int) answer.get()).isEqualTo(SftpPacket.HANDLE);
        answer.getInt();
        return new Reader(answer).text();
    }

    private void write(String handle, long offset, String text) {
        send(new Writer(SftpPacket.WRITE)
                .number(2)
                .text(handle)
                .longNumber(offset)
                .text(text));
    }

    private void send(Writer packet) {
        byte[] bytes = packet.packet();
        sink.data(bytes, 0, bytes.length);
    }

    private int typeOf(Writer packet) {
        send(packet);
        return said.take()[4];
    }

    /** The codes of the status answers since the last time. */
    private List<Integer> statuses() {
        List<Integer> codes = new ArrayList<>();
        ByteBuffer left = ByteBuffer.wrap(said.take());
        while (left.hasRemaining()) {
            ByteBuffer packet = ByteBuffer.allocate(left.getInt());
            left.get(packet.array());
            assertThat((int) packet.get()).isEqualTo(SftpPacket.STATUS);
            packet.getInt();
            codes.add(packet.getInt());
            assertThat(new Reader(packet).text()).isNotNull();
        }
        return codes;
    }
}
