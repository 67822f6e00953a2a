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

    /** What adjtimex(2) answers of a clock that is not synchronised. */
    private static final int TIME_ERROR = 5;

    /** More than a struct timex is anywhere: 208 where a long has 64 bits. */
    private static final int TIMEX_BYTES = 256;

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    // A constant, so that the compiler sees through it; and a timespec on the heap,
    // because looking up a thread's own one takes longer than making one. Every question
    // of a mail server reads the clock: this is 60 ns instead of 170.
    private static final @Nullable MethodHandle CLOCK_GETTIME = find();

    private final String bootId;

    public SystemClock() {
        bootId = readBootId(CLOCK_GETTIME != null);
    }

    @Override
    public Moment now() {
        return new Moment(System.currentTimeMillis(), monotonicMs());
    }

    @Override
    public String bootId() {
        return bootId;
    }

    /** As the kernel says, to which whoever sets the clock tells it: adjtimex(2), which only reads here. */
    @Override
    public boolean isSynchronised() {
        int state = clockState();
        return state >= 0 && state != TIME_ERROR;
    }

    /** The kernel's word for how the clock is kept; negative when it gives none. */
    static int clockState() {
        MethodHandle call = Adjtimex.CALL;
        if (call == null) {
            return -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            // A struct timex of zeros: its first field, modes, says what to change.
            return (int) call.invokeExact(arena.allocate(TIMEX_BYTES, 8));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private long monotonicMs() {
        if (CLOCK_GETTIME == null) {
            return System.nanoTime() / 1_000_000;
        }
        long[] timespec = new long[2];
        try {
            int failed = (int) CLOCK_GETTIME.invokeExact(CLOCK_BOOTTIME, MemorySegment.ofArray(timespec));
            if (failed != 0) {
                throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) failed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return timespec[0] * 1000 + timespec[1] / 1_000_000;
    }

    @SuppressWarnings("restricted") // a native call is what this class is for
    private static @Nullable MethodHandle find() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("clock_gettime")
                .map(function -> linker.downcallHandle(
                        function,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                        Linker.Option.critical(true)))
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

    /** Linked when it is asked for first: after a reboot, and by few programs. */
    private static final class Adjtimex {
        static final @Nullable MethodHandle CALL = find();

        @SuppressWarnings("restricted")
        private static @Nullable MethodHandle find() {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("adjtimex")
                    .map(function -> linker.downcallHandle(
                            function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                    .orElse(null);
        }
    }
}
