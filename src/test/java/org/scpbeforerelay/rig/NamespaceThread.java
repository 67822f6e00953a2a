package org.scpbeforerelay.rig;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs Java code of this JVM inside a network namespace: setns(2) moves one thread, and a socket belongs for life to
 * the namespace in which it was made. Threads and processes made by such a thread are born in the same namespace.
 *
 * <p>Limits: only the network changes, not the file system; a socket made by a virtual thread or on a shared pool is
 * made on a carrier thread that may live elsewhere.
 */
@SuppressWarnings("restricted")
final class NamespaceThread {
    private NamespaceThread() {}

    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout ERRNO_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final MethodHandle OPEN = handle(
            "open",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS = handle(
            "setns", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), CAPTURE);
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    /** Runs {@code work} on a new thread inside the network namespace of a process, and waits for its answer. */
    static <T> T call(long pid, Callable<T> work) throws Exception {
        var task = new FutureTask<>(() -> {
            enter("/proc/" + pid + "/ns/net");
            return work.call();
        });
        Thread.ofPlatform().name("inside-" + pid).daemon().start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new CompletionException(e);
            }
        }
    }

    private static void enter(String path) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            int file = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDONLY_CLOEXEC);
            if (file < 0) {
                throw new IllegalStateException("open " + path + ": errno " + (int) ERRNO.get(state, 0L));
            }
            int result = (int) SETNS.invokeExact(state, file, CLONE_NEWNET);
            int closed = (int) CLOSE.invokeExact(file);
            if (result != 0 || closed != 0) {
                throw new IllegalStateException(
                        "setns " + path + ": errno " + (int) ERRNO.get(state, 0L) + " (is the test run as root?)");
            }
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
