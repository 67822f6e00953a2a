package org.scpbeforerelay.story;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** A service manager's end of NOTIFY_SOCKET: a unix datagram socket, which the JDK does not have (unix(7)). */
final class DatagramSocketFile implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle SOCKET =
            call("socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle BIND =
            call("bind", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle RECV = call(
            "recv",
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE = call("close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private final int descriptor;
    private final StringBuilder heard = new StringBuilder();

    /** Bound to a path, or, with a leading {@code @}, to an abstract name. */
    DatagramSocketFile(String address) throws Throwable {
        descriptor = (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(2 + name.length + 1, 2);
            target.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(name, 0, target, ValueLayout.JAVA_BYTE, 2, name.length);
            int failed = (int) BIND.invokeExact(descriptor, target, 2 + name.length + (name[0] == 0 ? 0 : 1));
            if (failed != 0) {
                throw new IllegalStateException("cannot bind " + address);
            }
        }
    }

    /** All that has come so far, one message after the other, each ended by {@code ;}. */
    String heard() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(4096);
            while (true) {
                long length = (long) RECV.invokeExact(descriptor, message, message.byteSize(), MSG_DONTWAIT);
                if (length < 0) {
                    return heard.toString();
                }
                byte[] bytes = message.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
                heard.append(new String(bytes, StandardCharsets.UTF_8)).append(';');
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            int ignored = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted") // native calls are what this class is for
    private static MethodHandle call(String name, ValueLayout returns, ValueLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(returns, arguments));
    }
}
