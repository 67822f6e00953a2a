package org.scpbeforerelay.source.drop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that the C library knows, from whatever nsswitch.conf(5) names: getpwuid_r(3), getgrgid_r(3), getpwent_r(3). For one
 * thread at a time.
 */
@SuppressWarnings("restricted")
final class SystemAccounts implements NameService {
    private static final int TEXTS_MAX = 256 * 1024;
    private static final int MEMBERS_MAX = 1024;

    private static final MethodHandle GETPWUID = byNumber("getpwuid_r");
    private static final MethodHandle GETGRGID = byNumber("getgrgid_r");
    private static final MethodHandle SETPWENT = Kernel.call("setpwent", FunctionDescriptor.ofVoid());
    private static final MethodHandle ENDPWENT = Kernel.call("endpwent", FunctionDescriptor.ofVoid());
    private static final MethodHandle GETPWENT =
            Kernel.call("getpwent_r", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

    private static MethodHandle byNumber(String name) {
        return Kernel.call(name, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }

    @Override
    public Optional<String> nameOf(int uid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment passwd = lookUp("getpwuid", GETPWUID, uid, arena);
            return passwd == null ? Optional.empty() : Optional.of(text(passwd.get(ADDRESS, 0)));
        }
    }

    @Override
    public Optional<Group> group(int gid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            // struct group: name, password, gid (padded to a pointer), members
            MemorySegment group = lookUp("getgrgid", GETGRGID, gid, arena);
            return group == null
                    ? Optional.empty()
                    : Optional.of(new Group(text(group.get(ADDRESS, 0)), members(group.get(ADDRESS, 24))));
        }
    }

    /** Of a crowd of members the first ones: whoever asks wants to know whether there are others. */
    private static List<String> members(MemorySegment pointers) {
        MemorySegment members = pointers.reinterpret(MEMBERS_MAX * 8L);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < MEMBERS_MAX; i++) {
            MemorySegment member = members.getAtIndex(ADDRESS, i);
            if (member.address() == 0) {
                break;
            }
            names.add(text(member));
        }
        return names;
    }

    @Override
    public void list(Listing listing) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = Kernel.newState();
            MemorySegment passwd = arena.allocate(64, 8);
            MemorySegment texts = arena.allocate(TEXTS_MAX);
            MemorySegment result = arena.allocate(8, 8);
            SETPWENT.invokeExact(state);
            try {
                while (true) {
                    int failed = (int) GETPWENT.invokeExact(state, passwd, texts, texts.byteSize(), result);
                    if (failed == KernelException.ENOENT) {
                        return;
                    }
                    if (failed != 0) {
                        throw new KernelException("getpwent", failed);
                    }
                    // struct passwd: name, password, uid, gid
                    if (!listing.account(passwd.get(JAVA_INT, 16), passwd.get(JAVA_INT, 20))) {
                        return;
                    }
                }
            } finally {
                ENDPWENT.invokeExact(state);
            }
        } catch (KernelException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable MemorySegment lookUp(String what, MethodHandle call, int number, Arena arena)
            throws KernelException {
        MemorySegment record = arena.allocate(64, 8);
        MemorySegment texts = arena.allocate(TEXTS_MAX);
        MemorySegment result = arena.allocate(8, 8);
        int failed;
        try {
            failed = (int) call.invokeExact(Kernel.newState(), number, record, texts, texts.byteSize(), result);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (failed != 0) {
            throw new KernelException(what, failed);
        }
        return result.get(ADDRESS, 0).address() == 0 ? null : record;
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(256).getString(0);
    }
}
