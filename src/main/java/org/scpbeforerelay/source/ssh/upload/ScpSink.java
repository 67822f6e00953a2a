package org.scpbeforerelay.source.ssh.upload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;

/**
 * The receiving end of the legacy scp protocol, {@code scp -t PATH}, as scp of OpenSSH (with {@code -O}), dropbear and pscp
 * speak it.
 *
 * <p>The client sends control lines: {@code C0644 SIZE NAME}, after whose acknowledgement SIZE bytes and a zero byte follow;
 * {@code T…} (times, acknowledged and forgotten); {@code D…} (a folder, refused); {@code E}. We answer each with a zero byte,
 * with {@code 01 message LF} (an error; the client goes on and exits non-zero) or {@code 02 message LF} (the end). A control
 * line has at most {@link #LINE_MAX} bytes. A file that is too large is refused before its bytes are sent.
 */
public final class ScpSink implements Conversation {
    /** The longest control line; file names have at most 255 bytes. */
    static final int LINE_MAX = 1024;

    /** The exit status after a refusal: {@code EX_NOPERM} of sysexits.h. */
    private static final int REFUSED = 77;

    private static final int PROTOCOL_ERROR = 65;

    /** How much a client may send ahead while a file is being judged. */
    private static final int AHEAD_MAX = 8 * 1024;

    private final String target;
    private final Delivery delivery;
    private final ClientLine line;
    private final ByteArrayOutputStream control = new ByteArrayOutputStream(64);
    private final ByteArrayOutputStream ahead = new ByteArrayOutputStream(0);

    private byte @Nullable [] content;
    private int received;
    private String name = "";
    private boolean judging;
    private boolean ended;
    private boolean over;
    private int status;

    /** A sink for the path after {@code -t}. */
    public ScpSink(String target, Delivery delivery, ClientLine line) {
        this.target = target;
        this.delivery = delivery;
        this.line = line;
    }

    @Override
    public synchronized void begin() {
        acknowledge();
    }

    @Override
    public synchronized void data(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length && !over; i++) {
            if (judging) {
                ahead.write(bytes, i, offset + length - i);
                if (ahead.size() > AHEAD_MAX) {
                    end("too much was sent before the answer");
                }
                return;
            }
            take(bytes[i]);
        }
    }

    @Override
    public synchronized int kept() {
        byte[] file = content;
        return control.size() + ahead.size() + (file == null ? 0 : file.length);
    }

    @Override
    public synchronized void endOfInput() {
        ended = true;
        byte[] file = content;
        if (!judging && !over && file != null && received == file.length) {
            content = null;
            judge(file); // libssh2, and so curl, leaves the zero byte out
        } else if (!judging) {
            finish();
        }
    }

    private void take(byte b) {
        byte[] file = content;
        if (file == null) {
            takeControl(b);
        } else if (received < file.length) {
            file[received++] = b;
        } else {
            content = null;
            if (b == 0) {
                judge(file);
            } else {
                end("the client could not read the whole file");
            }
        }
    }

    private void takeControl(byte b) {
        if (b != '\n') {
            control.write(b);
            if (control.size() > LINE_MAX) {
                end("a control line has at most " + LINE_MAX + " bytes");
            }
            return;
        }
        String text = control.toString(StandardCharsets.ISO_8859_1);
        control.reset();
        switch (text.isEmpty() ? 0 : text.charAt(0)) {
            case 'C' -> beginFile(text);
            case 'T' -> acknowledge();
            case 'D' -> end("folders are not taken here, only one small file with an address; leave -r away");
            case 1 -> status = PROTOCOL_ERROR; // the client's own complaint; it goes on
            case 2 -> {
                status = PROTOCOL_ERROR;
                finish();
            }
            default -> end("this is no scp control line");
        }
    }

    /** {@code C0644 12 gwaihir-ip}. */
    private void beginFile(String text) {
        String[] words = text.split(" ", 3);
        if (words.length < 3
                || !words[0].matches("C[0-7]{4}")
                || !words[1].matches("[0-9]{1,18}")
                || words[2].isEmpty()
                || words[2].indexOf('/') >= 0) {
            end("this is no scp control line");
            return;
        }
        long size = Long.parseLong(words[1]);
        if (size > AnnouncementFile.SIZE_MAX) {
            // Answered in place of the acknowledgement, so the client does
            // not send it: a file of any size costs nothing.
            answer(new Verdict.Refused(
                    RefusalCode.TOO_LARGE, "the file has more than " + AnnouncementFile.SIZE_MAX + " bytes"));
            return;
        }
        name = words[2];
        content = new byte[(int) size];
        received = 0;
        acknowledge();
    }

    private void judge(byte[] file) {
        judging = true;
        String path = Delivery.namesDevice(target) ? target : name;
        delivery.deliver(path, file).whenComplete((verdict, failure) -> judged(verdict));
    }

    private synchronized void judged(Verdict verdict) {
        judging = false;
        answer(verdict);
        byte[] waiting = ahead.toByteArray();
        ahead.reset();
        data(waiting, 0, waiting.length);
        if (ended) {
            finish();
        }
    }

    private void answer(Verdict verdict) {
        switch (verdict) {
            case Verdict.Granted granted -> {
                granted.notes().forEach(line::err);
                acknowledge();
            }
            case Verdict.Refused refused -> {
                status = REFUSED;
                say(1, "refused " + refused.code().text() + " " + refused.reason());
            }
        }
    }

    private void acknowledge() {
        line.out(new byte[1]);
    }

    private void end(String message) {
        say(2, message);
        status = PROTOCOL_ERROR;
        finish();
    }

    private void say(int kind, String message) {
        line.out(((char) kind + "scp-before-relay: " + message + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void finish() {
        if (!over) {
            over = true;
            line.exit(status);
        }
    }
}
