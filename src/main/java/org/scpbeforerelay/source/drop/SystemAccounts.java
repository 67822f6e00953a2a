package org.scpbeforerelay.source.drop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that the C library knows, from whatever nsswitch.conf(5) names: getpwuid_r(3), getgrgid_r(3). Answers are
 * remembered, because a large passwd file is read from its beginning for every question. For one thread at a time.
 */
@SuppressWarnings("restricted")
final class SystemAccounts implements Accounts {
    private static final int REMEMBERED_MAX = 100_000;
    private static final MethodHandle GETPWUID = byNumber("getpwuid_r");
    private static final MethodHandle GETGRGID = byNumber("getgrgid_r");

    private final Map<Integer, Optional<String>> names = new HashMap<>();
    private final Map<Long, Boolean> privateGroups = new HashMap<>();

    private static MethodHandle byNumber(String name) {
        return Kernel.call(name, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }

    @Override
    public Optional<String> nameOf(int uid) {
        if (names.size() > REMEMBERED_MAX) {
            names.clear();
        }
        return names.computeIfAbsent(uid, SystemAccounts::find);
    }

    @Override
    public boolean isPrivateGroup(int gid, int uid) {
        if (privateGroups.size() > REMEMBERED_MAX) {
            privateGroups.clear();
        }
        return privateGroups.computeIfAbsent(
                (long) gid << 32 | Integer.toUnsignedLong(uid),
                both -> nameOf(uid).map(name -> belongsTo(gid, name)).orElse(false));
    }

    @Override
    public void forget() {
        names.clear();
        privateGroups.clear();
    }

    private static Optional<String> find(int uid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment passwd = lookUp(GETPWUID, uid, arena);
            return passwd == null ? Optional.empty() : Optional.of(text(passwd.get(ADDRESS, 0)));
        }
    }

    /** The group has the user's name and no member but the user. */
    private static boolean belongsTo(int gid, String user) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment group = lookUp(GETGRGID, gid, arena);
            if (group == null || !text(group.get(ADDRESS, 0)).equals(user)) {
                return false;
            }
            // struct group: name, password, gid (padded to a pointer), members
            MemorySegment members = group.get(ADDRESS, 24).reinterpret(1024 * 8);
            for (int i = 0; i < 1024; i++) {
                MemorySegment member = members.getAtIndex(ADDRESS, i);
                if (member.address() == 0) {
                    return true;
                }
                if (!text(member).equals(user)) {
                    return false;
                }
            }
            return false;
        }
    }

    private static @Nullable MemorySegment lookUp(MethodHandle call, int number, Arena arena) {
        MemorySegment record = arena.allocate(64, 8);
        MemorySegment texts = arena.allocate(256 * 1024);
        MemorySegment result = arena.allocate(8, 8);
        try {
            int failed = (int) call.invokeExact(Kernel.newState(), number, record, texts, texts.byteSize(), result);
            return failed != 0 || result.get(ADDRESS, 0).address() == 0 ? null : record;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(256).getString(0);
    }
}
