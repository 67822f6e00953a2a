package org.scpbeforerelay.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** How wide the terminal is: {@code TIOCGWINSZ} of ioctl_tty(2), because the JDK does not tell. */
final class WindowSize {
    private static final int STANDARD_OUTPUT = 1;
    private static final long TIOCGWINSZ = 0x5413;
    private static final long SIZE_OF_WINSIZE = 8;
    private static final long OFFSET_OF_COLUMNS = 2;

    private WindowSize() {}

    /** Columns of the terminal at standard output; 0 where that is none or does not say. */
    @SuppressWarnings("restricted") // a native call is what this class is for
    static int columns() {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle ioctl = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("ioctl"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
            MemorySegment size = arena.allocate(SIZE_OF_WINSIZE, 8);
            int failed = (int) ioctl.invokeExact(STANDARD_OUTPUT, TIOCGWINSZ, size);
            return failed == 0 ? Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, OFFSET_OF_COLUMNS)) : 0;
        } catch (Throwable e) {
            return 0;
        }
    }
}
