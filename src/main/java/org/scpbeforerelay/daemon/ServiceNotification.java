package org.scpbeforerelay.daemon;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how the daemon fares: sd_notify(3), {@code READY=1}, {@code RELOADING=1}, {@code STOPPING=1},
 * {@code STATUS=…} to the unix datagram socket that {@code NOTIFY_SOCKET} names. The JDK has no unix datagram sockets, so the
 * three calls of the C library are made directly. Without {@code NOTIFY_SOCKET} nothing happens; a failure is logged and
 * harms nothing.
 */
final class ServiceNotification {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotification.class);
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int PATH_LENGTH_MAX = 107;

    private final @Nullable String address;

    /** {@code address}: the value of {@code NOTIFY_SOCKET}; a leading {@code @} stands for the abstract name space. */
    ServiceNotification(@Nullable String address) {
        this.address = address == null || address.isEmpty() ? null : address;
    }

    void send(String state) {
        if (address == null) {
            return;
        }
        try {
            sendTo(address, state);
        } catch (Throwable e) {
            LOG.warn("the service manager at {} could not be told '{}': {}", address, state, e.toString());
        }
    }

    @SuppressWarnings("restricted") // native calls are what this class is for
    private static void sendTo(String address, String state) throws Throwable {
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length > PATH_LENGTH_MAX) {
            throw new IllegalArgumentException("longer than " + PATH_LENGTH_MAX + " bytes");
        }
        if (path[0] == '@') {
            path[0] = 0;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle socket = call(linker, "socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        MethodHandle close = call(linker, "close", ValueLayout.JAVA_INT);
        MethodHandle sendto = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("sendto"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        int descriptor = (int) socket.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (descriptor < 0) {
            throw new IllegalStateException("socket(2) failed");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(2 + path.length + 1, 2);
            target.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, target, ValueLayout.JAVA_BYTE, 2, path.length);
            byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
            MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            // An abstract name ends with the address's length, a path with its zero byte.
            int length = 2 + path.length + (path[0] == 0 ? 0 : 1);
            long sent = (long) sendto.invokeExact(descriptor, message, (long) bytes.length, 0, target, length);
            if (sent != bytes.length) {
                throw new IllegalStateException("sendto(2) failed");
            }
        } finally {
            int ignored = (int) close.invokeExact(descriptor);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(Linker linker, String name, ValueLayout... arguments) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }
}
