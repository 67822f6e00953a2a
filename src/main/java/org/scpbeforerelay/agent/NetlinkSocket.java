package org.scpbeforerelay.agent;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The kernel's notices of changed links and addresses: rtnetlink(7), groups {@code RTMGRP_LINK}, {@code RTMGRP_IPV4_IFADDR} and
 * {@code RTMGRP_IPV6_IFADDR}; and of routes, because an address is often there a moment before its route. Only that something changed is taken from them; what, is read afresh, so a lost notice
 * ({@code ENOBUFS}) costs nothing. The JDK has no netlink, so the calls of the C library are made directly. One thread.
 */
final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int ROUTES_4 = 0x40;
    private static final int ROUTES_6 = 0x400;
    private static final int GROUPS = 0x1 | 0x10 | 0x100 | ROUTES_4 | ROUTES_6;
    private static final int ADDRESS_LENGTH = 12;
    private static final short POLLIN = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int HEADER_BYTES = 16;
    private static final short RTM_NEWROUTE = 24;
    private static final short RTM_DELROUTE = 25;
    private static final long BUFFER_BYTES = 16_384;

    private final MethodHandle poll;
    private final MethodHandle recv;
    private final MethodHandle close;
    private final MemorySegment buffer;
    private final MemorySegment polled;
    private final int descriptor;

    private NetlinkSocket(Arena arena, Linker linker, int descriptor) {
        this.descriptor = descriptor;
        this.poll = call(linker, "poll", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        this.recv = callLong(linker, "recv");
        this.close = call(linker, "close", ValueLayout.JAVA_INT);
        this.buffer = arena.allocate(BUFFER_BYTES, 8);
        this.polled = arena.allocate(8, 4);
    }

    /** {@link IOException} where there is no such thing; then polling serves. */
    static NetlinkSocket open() throws IOException {
        Arena arena = Arena.ofAuto();
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle socket =
                    call(linker, "socket", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
            MethodHandle bind = call(linker, "bind", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
            int descriptor = (int) socket.invokeExact(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
            if (descriptor < 0) {
                throw new IOException("socket(AF_NETLINK) failed");
            }
            NetlinkSocket opened = new NetlinkSocket(arena, linker, descriptor);
            MemorySegment address = arena.allocate(ADDRESS_LENGTH, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(ValueLayout.JAVA_INT, 8, GROUPS);
            if ((int) bind.invokeExact(descriptor, address, ADDRESS_LENGTH) != 0) {
                opened.close();
                throw new IOException("bind(AF_NETLINK) failed");
            }
            return opened;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("no netlink here: " + e, e);
        }
    }

    /** What was told. */
    enum Notice {
        NONE,
        /** Only routes. */
        ROUTES,
        /** Links or addresses, or more than could be told. */
        ADDRESSES
    }

    /** Waits for a notice, at most so long. All that wait are taken; the gravest is told. */
    Notice awaitNotice(int timeoutMs) throws IOException {
        polled.set(ValueLayout.JAVA_INT, 0, descriptor);
        polled.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
        polled.set(ValueLayout.JAVA_SHORT, 6, (short) 0);
        try {
            int ready = (int) poll.invokeExact(polled, 1L, timeoutMs);
            if (ready <= 0) {
                return Notice.NONE;
            }
            Notice gravest = Notice.NONE;
            long length = HEADER_BYTES;
            while (length >= HEADER_BYTES) {
                length = (long) recv.invokeExact(descriptor, buffer, BUFFER_BYTES, MSG_DONTWAIT);
                if (length >= HEADER_BYTES && isOfRoute()) {
                    gravest = gravest == Notice.NONE ? Notice.ROUTES : gravest;
                } else if (length >= HEADER_BYTES) {
                    gravest = Notice.ADDRESSES;
                }
            }
            // Readable and nothing to read is ENOBUFS: notices were lost, so there were some.
            return gravest == Notice.NONE ? Notice.ADDRESSES : gravest;
        } catch (Throwable e) {
            throw new IOException("netlink failed: " + e, e);
        }
    }

    /** A notice is one message of its own; nlmsghdr has its type after its length. */
    private boolean isOfRoute() {
        short type = buffer.get(ValueLayout.JAVA_SHORT, 4);
        return type == RTM_NEWROUTE || type == RTM_DELROUTE;
    }

    @Override
    public void close() {
        try {
            int ignored = (int) close.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("restricted") // native calls are what this class is for
    private static MethodHandle call(Linker linker, String name, ValueLayout... arguments) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle callLong(Linker linker, String name) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
    }
}
