package org.scpbeforerelay.doctor.probe;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network of one thread (unshare(2), {@code CLONE_NEWNET}), joined to this host by a cable (veth(4)) with addresses of the networks
 * kept for measurements (RFC 2544, RFC 5180): no client has those, and nobody leases them.
 *
 * <p>It goes with the thread, cable and all: also when this process is killed there is nothing to be taken back. Needs root, and
 * {@code ip} of iproute2.
 */
final class StrangersNetwork implements AutoCloseable {
    static final String STRANGER_4 = "198.18.255.253";
    static final String HOST_4 = "198.18.255.254";
    static final String STRANGER_6 = "2001:2:0:ffff::d";
    static final String HOST_6 = "2001:2:0:ffff::e";

    private static final int CLONE_NEWNET = 0x40000000;
    private static final String CABLE = "scp-probe";
    private static final String FAR_END = "scp-probe-far";
    private static final int SECONDS_MAX = 10;

    private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("stranger").unstarted(this::run);
    private volatile boolean closed;

    private StrangersNetwork() {}

    /** Makes it; the error says what is missing. */
    static StrangersNetwork make() throws IOException, InterruptedException {
        StrangersNetwork network = new StrangersNetwork();
        network.thread.start();
        try {
            long id = network.call(() -> {
                leave();
                return (long) (int) handle("gettid", FunctionDescriptor.of(ValueLayout.JAVA_INT))
                        .invoke();
            });
            ip("link", "add", CABLE, "type", "veth", "peer", "name", FAR_END, "netns", Long.toString(id));
            ip("address", "add", HOST_4 + "/30", "dev", CABLE);
            six("address", "add", HOST_6 + "/126", "dev", CABLE, "nodad");
            ip("link", "set", CABLE, "up");
            return network.call(() -> {
                ip("address", "add", STRANGER_4 + "/30", "dev", FAR_END);
                six("address", "add", STRANGER_6 + "/126", "dev", FAR_END, "nodad");
                ip("link", "set", FAR_END, "up");
                ip("route", "add", "default", "via", HOST_4);
                six("-6", "route", "add", "default", "via", HOST_6);
                return network;
            });
        } catch (IOException | InterruptedException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** Runs this in the stranger's network; sockets that it makes stay there. */
    <T> T call(ThrowingCall<T> what) throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(asCallable(what));
        work.add(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    /** Work that may fail in any way, as calls of the kernel may. */
    @FunctionalInterface
    interface ThrowingCall<T> {
        T call() throws Throwable;
    }

    private static <T> Callable<T> asCallable(ThrowingCall<T> what) {
        return () -> {
            try {
                return what.call();
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException(e);
            }
        };
    }

    private void run() {
        try {
            while (!closed) {
                work.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the thread, and the network with it. */
    @Override
    public void close() {
        closed = true;
        work.add(() -> {});
    }

    private static void leave() throws Throwable {
        int failed = (int) handle("unshare", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                .invoke(CLONE_NEWNET);
        if (failed != 0) {
            throw new IOException("a network of its own is for root only");
        }
    }

    @SuppressWarnings("restricted") // native calls are what this class is for
    private static MethodHandle handle(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    /** A host without IPv6 has a stranger without it. */
    private static void six(String... arguments) throws InterruptedException {
        try {
            ip(arguments);
        } catch (IOException e) {
            return;
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        Path program = List.of("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no 'ip' on this host: apt-get install iproute2"));
        ProcessBuilder builder = new ProcessBuilder(program.toString()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        Process process = builder.start();
        process.getOutputStream().close();
        @Nullable String said;
        try (var reader = process.inputReader()) {
            said = reader.readLine();
        }
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("ip " + String.join(" ", arguments) + ": " + (said == null ? "failed" : said));
        }
    }
}
