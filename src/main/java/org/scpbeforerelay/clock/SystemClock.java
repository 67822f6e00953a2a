package org.scpbeforerelay.clock;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The machine's clocks. The monotonic one is Linux's {@code CLOCK_BOOTTIME} (clock_gettime(2)), because
 * {@link System#nanoTime} stands still while the machine sleeps, and a lease must not. Where the C library has no such call,
 * {@code nanoTime} serves: the wall clock then ends what ran out during the sleep.
 */
public final class SystemClock implements Clock {
    private static final int CLOCK_BOOTTIME = 7;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final @Nullable MethodHandle clockGettime;
    private final ThreadLocal<MemorySegment> timespec =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));
    private final String bootId;

    public SystemClock() {
        clockGettime = find();
        bootId = readBootId(clockGettime != null);
    }

    @Override
    public Moment now() {
        return new Moment(System.currentTimeMillis(), monotonicMs());
    }

    @Override
    public String bootId() {
        return bootId;
    }

    private long monotonicMs() {
        MethodHandle handle = clockGettime;
        if (handle == null) {
            return System.nanoTime() / 1_000_000;
        }
        MemorySegment time = timespec.get();
        try {
            int failed = (int) handle.invokeExact(CLOCK_BOOTTIME, time);
            if (failed != 0) {
                throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) failed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return time.get(ValueLayout.JAVA_LONG, 0) * 1000 + time.get(ValueLayout.JAVA_LONG, 8) / 1_000_000;
    }

    @SuppressWarnings("restricted") // a native call is what this class is for
    private static @Nullable MethodHandle find() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("clock_gettime")
                .map(function -> linker.downcallHandle(
                        function,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                        Linker.Option.critical(false)))
                .filter(SystemClock::works)
                .orElse(null);
    }

    private static boolean works(MethodHandle handle) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) handle.invokeExact(CLOCK_BOOTTIME, arena.allocate(16, 8)) == 0;
        } catch (Throwable e) {
            return false;
        }
    }

    private static String readBootId(boolean comparable) {
        if (comparable) {
            try {
                return Files.readString(BOOT_ID).trim();
            } catch (IOException e) {
                // Falls through: a name of its own only means that deadlines are not carried over a restart.
            }
        }
        return UUID.randomUUID().toString();
    }
}
