package org.scpbeforerelay.source.drop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel's file calls that the JDK does not offer: opening below an open directory without following links and without
 * blocking on a FIFO (openat(2)), all facts of an open file at once (statx(2)), reading a directory by its descriptor
 * (getdents64(2)).
 *
 * <p>Names are bytes to the kernel: here they are strings with one char per byte (ISO 8859-1), so that every name there is can
 * be given back as it was; {@link #bytes} makes one of a text. The layouts of statx and dirent are the same on all
 * architectures; two flags of open are not. For one thread at a time.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class Kernel {
    /** For openat(2): a path from the root. */
    private static final int AT_FDCWD = -100;

    private static final boolean FLAGS_OF_ARM =
            List.of("aarch64", "arm", "ppc64le", "ppc64").contains(System.getProperty("os.arch"));
    private static final int O_DIRECTORY = FLAGS_OF_ARM ? 0040000 : 0200000;
    private static final int O_NOFOLLOW = FLAGS_OF_ARM ? 0100000 : 0400000;
    private static final int O_NONBLOCK = 04000;
    private static final int O_NOCTTY = 0400;
    private static final int O_CLOEXEC = 02000000;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int EINTR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final MethodHandle OPENAT = call(
            "openat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(3));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle STATX =
            call("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle GETDENTS =
            call("getdents64", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);
    private final MemorySegment path = Arena.ofAuto().allocate(4096 + 1);
    private final MemorySegment statx = Arena.ofAuto().allocate(256, 8);
    private final MemorySegment buffer = Arena.ofAuto().allocate(32 * 1024, 8);

    static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... more) {
        List<Linker.Option> options = new ArrayList<>(List.of(more));
        options.add(CAPTURE);
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), type, options.toArray(Linker.Option[]::new));
    }

    /** A place for the errno of one thread's calls. */
    static MemorySegment newState() {
        return Arena.ofAuto().allocate(STATE);
    }

    static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    /** A text as the bytes of a name, one char each. */
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** Opens a directory, through links where there are any: for what the operator wrote out. */
    int openDirectory(String absolute) throws KernelException {
        return open(AT_FDCWD, absolute, O_DIRECTORY);
    }

    /** Opens a directory below another one; a symbolic link is none. */
    int openDirectoryIn(int directory, String name) throws KernelException {
        try {
            return open(directory, name, O_DIRECTORY | O_NOFOLLOW);
        } catch (KernelException e) {
            // That it is no directory is all that open says of a link.
            boolean link = e.errno() == KernelException.ENOTDIR
                    && factsIn(directory, name).isSymbolicLink();
            throw link ? new KernelException("open", KernelException.ELOOP) : e;
        }
    }

    /** Opens a file for reading; follows no link, waits for no FIFO, becomes no terminal's process. */
    int openFileIn(int directory, String name) throws KernelException {
        return open(directory, name, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    }

    private int open(int directory, String name, int flags) throws KernelException {
        MemorySegment cName = cString(name);
        try {
            while (true) {
                int file = (int) OPENAT.invokeExact(state, directory, cName, flags | O_CLOEXEC);
                if (file >= 0) {
                    return file;
                }
                failUnlessInterrupted("open");
            }
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    void close(int file) {
        try {
            // On Linux the descriptor is gone whatever close says.
            int ignored = (int) CLOSE.invokeExact(state, file);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The facts of an open file or directory. */
    FileFacts facts(int file) throws KernelException {
        return facts(file, "", AT_EMPTY_PATH);
    }

    /** The facts of what has this name, the link itself where it is one. */
    FileFacts factsIn(int directory, String name) throws KernelException {
        return facts(directory, name, AT_SYMLINK_NOFOLLOW);
    }

    private FileFacts facts(int directory, String name, int flags) throws KernelException {
        MemorySegment cName = cString(name);
        try {
            int failed = (int) STATX.invokeExact(state, directory, cName, flags, STATX_BASIC_STATS, statx);
            if (failed != 0) {
                throw new KernelException("statx", errno(state));
            }
        } catch (Throwable e) {
            throw failure(e);
        }
        return new FileFacts(
                statx.get(JAVA_INT, 136) * 0x1_0000_0000L + Integer.toUnsignedLong(statx.get(JAVA_INT, 140)),
                statx.get(JAVA_LONG, 32),
                Short.toUnsignedInt(statx.get(ValueLayout.JAVA_SHORT, 28)),
                statx.get(JAVA_INT, 16),
                statx.get(JAVA_INT, 20),
                statx.get(JAVA_INT, 24),
                statx.get(JAVA_LONG, 40),
                time(96),
                time(112));
    }

    private long time(long offset) {
        long seconds = statx.get(JAVA_LONG, offset);
        // An absurd time, which a program may set, must not overflow into a sensible one.
        return Math.clamp(seconds, -9_000_000_000L, 9_000_000_000L) * 1_000_000_000L + statx.get(JAVA_INT, offset + 8);
    }

    /** Reads from where the file stands, at most {@code most} bytes; fewer only at the file's end. */
    byte[] read(int file, int most) throws KernelException {
        long length = 0;
        try {
            while (length < most) {
                MemorySegment rest = buffer.asSlice(length);
                long got = (long) READ.invokeExact(state, file, rest, most - length);
                if (got == 0) {
                    break;
                }
                if (got < 0) {
                    failUnlessInterrupted("read");
                } else {
                    length += got;
                }
            }
        } catch (Throwable e) {
            throw failure(e);
        }
        return buffer.asSlice(0, length).toArray(JAVA_BYTE);
    }

    /** The names in an open directory, at most about {@code most}; not {@code .} and {@code ..}. */
    List<String> names(int directory, int most) throws KernelException {
        List<String> names = new ArrayList<>();
        while (names.size() < most) {
            long length;
            try {
                length = (long) GETDENTS.invokeExact(state, directory, buffer, buffer.byteSize());
            } catch (Throwable e) {
                throw failure(e);
            }
            if (length < 0) {
                throw new KernelException("getdents64", errno(state));
            }
            if (length == 0) {
                break;
            }
            for (long at = 0; at < length; ) {
                String name = buffer.getString(at + 19, StandardCharsets.ISO_8859_1);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
                at += Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, at + 16));
            }
        }
        return names;
    }

    private MemorySegment cString(String name) throws KernelException {
        if (name.length() >= path.byteSize() || name.indexOf('\0') >= 0) {
            throw new KernelException("a name of " + name.length() + " bytes", KernelException.ENOENT);
        }
        path.setString(0, name, StandardCharsets.ISO_8859_1);
        return path;
    }

    private void failUnlessInterrupted(String call) throws KernelException {
        int errno = errno(state);
        if (errno != EINTR) {
            throw new KernelException(call, errno);
        }
    }

    private static KernelException failure(Throwable e) {
        return switch (e) {
            case KernelException ours -> ours;
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> throw new IllegalStateException(e);
        };
    }
}
