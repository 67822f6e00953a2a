package org.scpbeforerelay.source.ssh.upload;

import static org.scpbeforerelay.source.ssh.upload.SftpPacket.*;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;

/**
 * SFTP version 3 (draft-ietf-secsh-filexfer-02) with nothing behind it but the files that are being written, with OpenSSH's
 * {@code posix-rename}, {@code limits} and {@code fsync} extensions.
 *
 * <p>A whole small file is judged and recorded before its WRITE is answered, because curl and pscp do not look at the answer
 * to CLOSE; CLOSE answers for what was not judged yet (the empty file). After a refusal the handle answers failure to all that
 * follows, and the reason goes to standard error too, where terminals show it. Any name may be written; a name that ends in
 * {@code -ip} is a file, every other name that was not written to looks like a folder. What was written is remembered by name
 * and size for clients that look afterwards. Requests are answered in their order.
 *
 * <p>Limits: packets of {@link #PACKET_MAX} bytes, paths of {@link #PATH_MAX}, {@link #HANDLES_MAX} open handles, {@link #NAMES_MAX} remembered names.
 */
public final class SftpSink implements Conversation {
    /** The largest packet; clients write 32 KiB at a time unless told otherwise. */
    static final int PACKET_MAX = 64 * 1024;

    /** The longest path, which may be kept and is sent back. */
    static final int PATH_MAX = 1024;

    static final int HANDLES_MAX = 16;
    static final int NAMES_MAX = 64;

    private static final int WRITE_MAX = 32 * 1024;
    private static final int AHEAD_MAX = 4 * PACKET_MAX;
    private static final int PROTOCOL_ERROR = 65;
    private static final int FOLDER = 0040700;
    private static final int FILE = 0100600;

    private final Delivery delivery;
    private final ClientLine line;
    private final Map<String, PendingFile> files = new HashMap<>();
    private final Map<String, Integer> written = new LinkedHashMap<>();
    private ByteBuffer input = ByteBuffer.allocate(1024);
    private int handles;
    private boolean draining;
    private boolean judging;
    private boolean ended;
    private boolean over;

    public SftpSink(Delivery delivery, ClientLine line) {
        this.delivery = delivery;
        this.line = line;
    }

    @Override
    public void begin() {
        // The client speaks first.
    }

    @Override
    public synchronized void data(byte[] bytes, int offset, int length) {
        if (over) {
            return;
        }
        if (input.remaining() < length) {
            if (input.position() + length > AHEAD_MAX) {
                finish(PROTOCOL_ERROR);
                return;
            }
            ByteBuffer larger = ByteBuffer.allocate(Math.max(2 * input.capacity(), input.position() + length));
            input = larger.put(input.flip());
        }
        input.put(bytes, offset, length);
        drain();
    }

    @Override
    public synchronized int kept() {
        return input.capacity() + files.size() * (PATH_MAX + AnnouncementFile.SIZE_MAX) + written.size() * PATH_MAX;
    }

    @Override
    public synchronized void endOfInput() {
        ended = true;
        drain();
    }

    private void drain() {
        if (draining) {
            return; // an answer that was there at once: the loop below goes on by itself
        }
        draining = true;
        input.flip();
        try {
            while (!judging && !over && input.remaining() >= 4) {
                int length = input.getInt(input.position());
                if (length < 1 || length > PACKET_MAX) {
                    finish(PROTOCOL_ERROR);
                    break;
                }
                if (input.remaining() < 4 + length) {
                    break;
                }
                ByteBuffer packet = input.slice(input.position() + 4, length);
                input.position(input.position() + 4 + length);
                answer(packet);
            }
        } catch (BufferUnderflowException e) {
            finish(PROTOCOL_ERROR);
        } finally {
            input.compact();
            draining = false;
        }
        if (ended && !judging) {
            finish(0);
        }
    }

    private void answer(ByteBuffer packet) {
        int type = packet.get() & 0xff;
        Reader request = new Reader(packet);
        int id = request.number();
        try {
            answer(type, id, request);
        } catch (LongPathException e) {
            status(id, FAILURE, "a path has at most " + PATH_MAX + " bytes");
        }
    }

    private void answer(int type, int id, Reader request) {
        switch (type) {
            case INIT ->
                line.out(new Writer(VERSION)
                        .number(3)
                        .text("posix-rename@openssh.com")
                        .text("1")
                        .text("fsync@openssh.com")
                        .text("1")
                        .text("limits@openssh.com")
                        .text("1")
                        .packet());
            case OPEN -> open(id, request.path(), request.number());
            case WRITE -> write(id, request);
            case CLOSE -> close(id, request.text());
            case FSETSTAT, FSTAT -> onHandle(id, type, request.text());
            case STAT, LSTAT -> stat(id, request.path());
            case SETSTAT, MKDIR, RMDIR -> status(id, OK, "");
            case REMOVE -> remove(id, request.path());
            case RENAME -> rename(id, request.path(), request.path());
            case REALPATH -> realPath(id, request.path());
            case OPENDIR ->
                line.out(new Writer(HANDLE).number(id).text("folder").packet());
            case READDIR -> status(id, END_OF_FILE, "");
            case READ -> status(id, PERMISSION_DENIED, "nothing can be read here");
            case EXTENDED -> extended(id, request.text(), request);
            default -> status(id, OP_UNSUPPORTED, "not done here");
        }
    }

    private void open(int id, String path, int flags) {
        if ((flags & OPEN_WRITE) == 0) {
            status(id, PERMISSION_DENIED, "nothing can be read here, only an address be written");
        } else if (files.size() >= HANDLES_MAX) {
            status(id, FAILURE, "too many open files");
        } else {
            String handle = "f" + handles++;
            files.put(handle, new PendingFile(path));
            line.out(new Writer(HANDLE).number(id).text(handle).packet());
        }
    }

    private void write(int id, Reader request) {
        PendingFile file = files.get(request.text());
        if (file == null) {
            status(id, FAILURE, "no such handle");
            return;
        }
        boolean poisoned = file.refused() != null;
        if (!poisoned) {
            file.write(request.longNumber(), request.bytes());
        }
        Verdict.Refused refused = file.refused();
        if (refused == null) {
            judge(id, file);
        } else {
            refuse(id, refused, !poisoned);
        }
    }

    private void close(int id, String handle) {
        PendingFile file = files.remove(handle);
        Verdict.Refused refused = file == null ? null : file.refused();
        if (refused != null) {
            refuse(id, refused, false);
        } else if (file == null || file.isJudged()) {
            status(id, OK, "");
        } else {
            judge(id, file);
        }
    }

    private void judge(int id, PendingFile file) {
        judging = true;
        delivery.deliver(file.path, file.content()).whenComplete((verdict, failure) -> judged(id, file, verdict));
    }

    private synchronized void judged(int id, PendingFile file, Verdict verdict) {
        judging = false;
        file.judged(verdict);
        switch (verdict) {
            case Verdict.Granted granted -> {
                remember(file.path, file.size());
                granted.notes().forEach(line::err);
                status(id, OK, "");
            }
            case Verdict.Refused refused -> refuse(id, refused, true);
        }
        drain();
    }

    private void refuse(int id, Verdict.Refused refused, boolean aloud) {
        String text = "refused " + refused.code().text() + " " + refused.reason();
        if (aloud) {
            line.err(text);
        }
        boolean passing = refused.code() == RefusalCode.STORE_UNAVAILABLE || refused.code() == RefusalCode.RATE_LIMITED;
        status(id, passing ? FAILURE : PERMISSION_DENIED, text);
    }

    private void onHandle(int id, int type, String handle) {
        PendingFile file = files.get(handle);
        Verdict.Refused refused = file == null ? null : file.refused();
        if (file == null) {
            status(id, FAILURE, "no such handle");
        } else if (type == FSTAT) {
            attributes(id, FILE, file.size());
        } else if (refused != null) {
            refuse(id, refused, false);
        } else {
            status(id, OK, "");
        }
    }

    private void stat(int id, String path) {
        Integer size = written.get(absolute(path));
        if (size != null) {
            attributes(id, FILE, size);
        } else if (Delivery.namesDevice(path)) {
            status(id, NO_SUCH_FILE, "no such file");
        } else {
            attributes(id, FOLDER, 0);
        }
    }

    private void remove(int id, String path) {
        boolean was = written.remove(absolute(path)) != null;
        status(
                id,
                was ? OK : NO_SUCH_FILE,
                was ? "" : "no such file; a lease ends by 'revoke', not by removing its file");
    }

    private void rename(int id, String from, String to) {
        Integer size = written.remove(absolute(from));
        if (size == null) {
            status(id, NO_SUCH_FILE, "no such file");
        } else {
            remember(to, size);
            status(id, OK, "");
        }
    }

    private void realPath(int id, String path) {
        String absolute = absolute(path);
        line.out(new Writer(NAME)
                .number(id)
                .number(1)
                .text(absolute)
                .text(absolute)
                .number(0)
                .packet());
    }

    private void extended(int id, String name, Reader request) {
        switch (name) {
            case "posix-rename@openssh.com" -> rename(id, request.path(), request.path());
            case "fsync@openssh.com" -> status(id, OK, "");
            case "limits@openssh.com" ->
                line.out(new Writer(EXTENDED_REPLY)
                        .number(id)
                        .longNumber(PACKET_MAX)
                        .longNumber(WRITE_MAX)
                        .longNumber(WRITE_MAX)
                        .longNumber(HANDLES_MAX)
                        .packet());
            default -> status(id, OP_UNSUPPORTED, "not done here");
        }
    }

    private void attributes(int id, int mode, long size) {
        line.out(new Writer(ATTRS)
                .number(id)
                .number(ATTR_SIZE | ATTR_PERMISSIONS)
                .longNumber(size)
                .number(mode)
                .packet());
    }

    private void status(int id, int code, String message) {
        line.out(new Writer(STATUS)
                .number(id)
                .number(code)
                .text(message)
                .text("en")
                .packet());
    }

    private void remember(String path, int size) {
        written.put(absolute(path), size);
        if (written.size() > NAMES_MAX) {
            String oldest = written.keySet().iterator().next();
            written.remove(oldest);
        }
    }

    private static String absolute(String path) {
        StringBuilder absolute = new StringBuilder();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                absolute.setLength(Math.max(0, absolute.lastIndexOf("/")));
            } else if (!part.isEmpty() && !part.equals(".")) {
                absolute.append('/').append(part);
            }
        }
        return absolute.isEmpty() ? "/" : absolute.toString();
    }

    private void finish(int status) {
        if (!over) {
            over = true;
            input = ByteBuffer.allocate(0);
            line.exit(status);
        }
    }
}
