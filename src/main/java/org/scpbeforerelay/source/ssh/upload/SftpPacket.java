package org.scpbeforerelay.source.ssh.upload;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The packets of SFTP version 3, draft-ietf-secsh-filexfer-02: the words to read one and to write one. */
final class SftpPacket {
    static final int INIT = 1;
    static final int VERSION = 2;
    static final int OPEN = 3;
    static final int CLOSE = 4;
    static final int READ = 5;
    static final int WRITE = 6;
    static final int LSTAT = 7;
    static final int FSTAT = 8;
    static final int SETSTAT = 9;
    static final int FSETSTAT = 10;
    static final int OPENDIR = 11;
    static final int READDIR = 12;
    static final int REMOVE = 13;
    static final int MKDIR = 14;
    static final int RMDIR = 15;
    static final int REALPATH = 16;
    static final int STAT = 17;
    static final int RENAME = 18;
    static final int STATUS = 101;
    static final int HANDLE = 102;
    static final int NAME = 104;
    static final int ATTRS = 105;
    static final int EXTENDED = 200;
    static final int EXTENDED_REPLY = 201;

    /** Status codes, section 7 of the draft. */
    static final int OK = 0;

    static final int END_OF_FILE = 1;
    static final int NO_SUCH_FILE = 2;
    static final int PERMISSION_DENIED = 3;
    static final int FAILURE = 4;
    static final int OP_UNSUPPORTED = 8;

    /** Flags of OPEN. */
    static final int OPEN_WRITE = 2;

    /** Flags of attributes: size, permissions. */
    static final int ATTR_SIZE = 1;

    static final int ATTR_PERMISSIONS = 4;

    private SftpPacket() {}

    /** What is left of a packet that came in. Reading past its end is a {@link BufferUnderflowException}. */
    record Reader(ByteBuffer left) {
        int number() {
            return left.getInt();
        }

        long longNumber() {
            return left.getLong();
        }

        byte[] bytes() {
            int length = left.getInt();
            if (length < 0 || length > left.remaining()) {
                throw new BufferUnderflowException();
            }
            byte[] bytes = new byte[length];
            left.get(bytes);
            return bytes;
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        String path() {
            byte[] path = bytes();
            if (path.length > SftpSink.PATH_MAX) {
                throw new LongPathException();
            }
            return new String(path, StandardCharsets.UTF_8);
        }
    }

    /** A path is longer than {@link SftpSink#PATH_MAX}. */
    static final class LongPathException extends RuntimeException {
        private static final long serialVersionUID = 1;

        LongPathException() {
            super(null, null, false, false);
        }
    }

    /** A packet that goes out. */
    static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

        Writer(int type) {
            out.write(type);
        }

        Writer number(int number) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
            return this;
        }

        Writer longNumber(long number) {
            out.writeBytes(ByteBuffer.allocate(8).putLong(number).array());
            return this;
        }

        Writer text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            number(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        /** With its length before it. */
        byte[] packet() {
            byte[] body = out.toByteArray();
            return ByteBuffer.allocate(4 + body.length)
                    .putInt(body.length)
                    .put(body)
                    .array();
        }
    }
}
