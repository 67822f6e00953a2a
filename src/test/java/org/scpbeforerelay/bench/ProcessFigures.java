package org.scpbeforerelay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel knows of a process, by /proc (proc(5)). */
final class ProcessFigures {
    /** USER_HZ: the unit of times in /proc, 100 a second on every Linux. */
    private static final double TICK_US = 10_000;

    private ProcessFigures() {}

    /** The processor time that it has used, with that of its children that have ended, in microseconds; in steps of 10 ms. */
    static double cpuUs(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int field = 11; field <= 14; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * TICK_US;
    }

    /** The memory that it has resident, in MiB. */
    static double residentMiB(long pid) throws IOException {
        return statusMiB(pid, "VmRSS:");
    }

    /** The most that it has had resident, in MiB. */
    static double mostResidentMiB(long pid) throws IOException {
        return statusMiB(pid, "VmHWM:");
    }

    private static double statusMiB(long pid, String name) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "status"))
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }
}
