package org.scpbeforerelay.source.drop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * inotify(7), called directly: the JDK's WatchService does not tell when a writer closes a file, and that is the one sign
 * that its contents are whole. For one thread at a time, but for {@link #wake}.
 */
final class Inotify implements AutoCloseable {
    static final int MODIFY = 0x2;
    static final int ATTRIB = 0x4;
    static final int CLOSE_WRITE = 0x8;
    static final int MOVED_FROM = 0x40;
    static final int MOVED_TO = 0x80;
    static final int CREATE = 0x100;
    static final int DELETE = 0x200;
    static final int DELETE_SELF = 0x400;
    static final int MOVE_SELF = 0x800;
    static final int OVERFLOW = 0x4000;
    static final int IGNORED = 0x8000;

    private static final int ONLYDIR = 0x01000000;
    private static final int EXCL_UNLINK = 0x04000000;

    /** A directory may be watched for files and for directories at once: the kernel has one watch for it. */
    private static final int MASK_ADD = 0x20000000;

    private static final int NONBLOCK_CLOEXEC = 04000 | 02000000;
    private static final short POLLIN = 1;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    /** Reads this often in a row at the most, so that a flood of events does not keep from work. */
    private static final int READS_MAX = 16;

    private static final MethodHandle INIT = Kernel.call("inotify_init1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle ADD =
            Kernel.call("inotify_add_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle REMOVE =
            Kernel.call("inotify_rm_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle EVENTFD =
            Kernel.call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle POLL =
            Kernel.call("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle READ =
            Kernel.call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            Kernel.call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

    private final Kernel kernel;
    private final int queue;
    private final int bell;
    private boolean closed;
    private final MemorySegment state = Kernel.newState();
    private final MemorySegment polled = Arena.ofAuto().allocate(16, 4);
    private final MemorySegment buffer = Arena.ofAuto().allocate(64 * 1024, 8);

    /**
     * Something happened.
     *
     * @param watch in which directory, as {@link #watch} numbered it; -1 for {@link #OVERFLOW}
     * @param name of what in it, one char per byte; empty when it is the directory itself
     */
    record Event(int watch, int mask, String name) {
        boolean has(int bits) {
            return (mask & bits) != 0;
        }
    }

    Inotify(Kernel kernel) throws KernelException {
        this.kernel = kernel;
        this.queue = checked("inotify_init1", () -> (int) INIT.invokeExact(state, NONBLOCK_CLOEXEC));
        this.bell = checked("eventfd", () -> (int) EVENTFD.invokeExact(state, 0, NONBLOCK_CLOEXEC));
    }

    /** Watches an open directory for files that are written there or moved to it. */
    int watch(int directory) throws KernelException {
        return add(
                directory,
                CLOSE_WRITE | MODIFY | ATTRIB | CREATE | MOVED_TO | MOVED_FROM | DELETE | DELETE_SELF | MOVE_SELF);
    }

    /** Watches an open directory for directories that appear in it. */
    int watchForDirectories(int directory) throws KernelException {
        return add(directory, CREATE | MOVED_TO | DELETE_SELF | MOVE_SELF);
    }

    private int add(int directory, int mask) throws KernelException {
        // By its descriptor: what has the path's name by now may be something else.
        MemorySegment path = Arena.ofAuto().allocateFrom("/proc/self/fd/" + directory);
        int all = mask | ONLYDIR | EXCL_UNLINK | MASK_ADD;
        return checked("inotify_add_watch", () -> (int) ADD.invokeExact(state, queue, path, all));
    }

    void unwatch(int watch) {
        try {
            // It may be gone with its directory.
            int ignored = (int) REMOVE.invokeExact(state, queue, watch);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for events, or for {@link #wake}; returns what has happened, nothing after {@code mostMs}. */
    List<Event> await(long mostMs) throws KernelException {
        polled.set(JAVA_INT, 0, queue);
        polled.set(JAVA_SHORT, 4, POLLIN);
        polled.set(JAVA_INT, 8, bell);
        polled.set(JAVA_SHORT, 12, POLLIN);
        int timeout = Math.clamp(mostMs, 0, 60_000);
        int ready;
        try {
            ready = (int) POLL.invokeExact(state, polled, 2L, timeout);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (ready < 0 && Kernel.errno(state) != EINTR) {
            throw new KernelException("poll", Kernel.errno(state));
        }
        if (ready <= 0) {
            return List.of();
        }
        read(bell, 8);
        List<Event> events = new ArrayList<>();
        for (int reads = 0; reads < READS_MAX; reads++) {
            long length = read(queue, buffer.byteSize());
            if (length <= 0) {
                break;
            }
            take(length, events);
        }
        return events;
    }

    private void take(long length, List<Event> events) {
        for (long at = 0; at + 16 <= length; ) {
            int nameLength = buffer.get(JAVA_INT, at + 12);
            String name = nameLength == 0 ? "" : buffer.getString(at + 16, StandardCharsets.ISO_8859_1);
            events.add(new Event(buffer.get(JAVA_INT, at), buffer.get(JAVA_INT, at + 4), name));
            at += 16 + nameLength;
        }
    }

    private long read(int file, long most) throws KernelException {
        long got;
        try {
            got = (long) READ.invokeExact(state, file, buffer, most);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (got < 0 && Kernel.errno(state) != EAGAIN && Kernel.errno(state) != EINTR) {
            throw new KernelException("read of inotify", Kernel.errno(state));
        }
        return got;
    }

    /** Ends the waiting. From any thread, at any time. */
    synchronized void wake() {
        if (closed) {
            return; // its number may be another file's by now
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(8, 8);
            one.set(JAVA_LONG, 0, 1);
            // A counter that is full wakes as well.
            long ignored = (long) WRITE.invokeExact(Kernel.newState(), bell, one, 8L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        kernel.close(queue);
        kernel.close(bell);
    }

    private interface Call {
        int make() throws Throwable;
    }

    private int checked(String name, Call call) throws KernelException {
        int result;
        try {
            result = call.make();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (result < 0) {
            throw new KernelException(name, Kernel.errno(state));
        }
        return result;
    }
}
