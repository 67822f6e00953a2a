package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.scpbeforerelay.config.Places;

/** The machine under the daemon: its clock, and room on its disk. */
final class MachineExam {
    /** What the daemon's own files need in a busy day, many times over. */
    private static final long BYTES_MIN = 64L << 20;

    private static final long BYTES_GOOD = 512L << 20;

    /** A file that is written while we look may be this much younger. */
    private static final Duration FUTURE = Duration.ofMinutes(1);

    /** {@code TIME_ERROR} of adjtimex(2): the kernel does not know of anybody who keeps its clock right. */
    private static final int TIME_ERROR = 5;

    /** Larger than {@code struct timex} on any Linux (208 bytes on 64 bits). */
    private static final long TIMEX_BYTES = 512;

    private MachineExam() {}

    static List<Finding> examine(Places places, long nowMs) {
        List<Finding> findings = new ArrayList<>();
        examineClock(places, nowMs, findings);
        examineDisk(places.dataDirectory(), findings);
        return findings;
    }

    private static void examineClock(Places places, long nowMs, List<Finding> findings) {
        findings.addAll(fromTheFuture(places, nowMs));
        OptionalInt state = kernelsClock();
        if (state.isPresent() && state.getAsInt() == TIME_ERROR) {
            findings.add(Finding.advice(
                    "the kernel's clock is not synchronised",
                    "adjtimex(2)",
                    "leases end by both clocks, so none lasts too long; but expiry-time of keys, lines of logs and the record go by this one",
                    "apt-get install systemd-timesyncd (or chrony); in a container: on its host"));
        } else if (state.isPresent()) {
            findings.add(Finding.good("the kernel's clock is synchronised", "adjtimex(2)"));
        }
    }

    /** What the daemon wrote cannot be younger than now. */
    private static List<Finding> fromTheFuture(Places places, long nowMs) {
        try (Stream<Path> files = Files.list(places.dataDirectory())) {
            for (Path file : files.toList()) {
                long writtenMs = Files.getLastModifiedTime(file).toMillis();
                if (writtenMs > nowMs + FUTURE.toMillis()) {
                    return List.of(Finding.problem(
                            "the clock was set back: " + file + " was written at " + Instant.ofEpochMilli(writtenMs)
                                    + ", and now is " + Instant.ofEpochMilli(nowMs),
                            file.toString(),
                            "leases that were renewed in the future are dropped at the next start; times in the record do not fit",
                            "set the clock right (timedatectl); when it is right now: touch " + file));
                }
            }
        } catch (IOException e) {
            return List.of(); // PermissionExam and the daemon say what is wrong with the directory
        }
        return List.of();
    }

    /** What adjtimex(2) returns when it is asked and told nothing; empty where there is no such call. */
    @SuppressWarnings("restricted") // the JDK does not tell
    private static OptionalInt kernelsClock() {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle adjtimex = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("adjtimex"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
            MemorySegment timex = arena.allocate(TIMEX_BYTES, 8);
            int state = (int) adjtimex.invokeExact(timex);
            return state < 0 ? OptionalInt.empty() : OptionalInt.of(state);
        } catch (Throwable e) {
            return OptionalInt.empty();
        }
    }

    private static void examineDisk(Path directory, List<Finding> findings) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try {
            FileStore store = Files.getFileStore(directory);
            long free = store.getUsableSpace();
            String what = (free >> 20) + " MiB are free for what the daemon keeps";
            String why = "when it is full, announcements are refused (store-unavailable) and the record has gaps";
            String where = directory + " (" + store.name() + ")";
            if (store.isReadOnly()) {
                findings.add(Finding.problem(
                        "what the daemon keeps is on a file system that is read-only",
                        where,
                        why,
                        "mount -o remount,rw"));
            } else if (free < BYTES_MIN) {
                findings.add(Finding.problem(what, where, why, "make room; [history] max_size is the record's part"));
            } else if (free < BYTES_GOOD) {
                findings.add(Finding.advice(what, where, why, "make room; [history] max_size is the record's part"));
            } else {
                findings.add(Finding.good(what, where));
            }
        } catch (IOException e) {
            findings.add(Finding.advice(
                    "room on the disk is not known: " + e.getMessage(), directory.toString(), "", "df " + directory));
        }
    }
}
