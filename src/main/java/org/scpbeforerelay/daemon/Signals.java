package org.scpbeforerelay.daemon;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.scpbeforerelay.config.SettingsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the signals of signal(7) mean to the daemon: SIGHUP reloads, SIGTERM and SIGINT end it.
 *
 * <p>They are taken before the daemon starts, because a SIGHUP that finds nobody ends the process, and come into force when it
 * serves. The JDK has no other way to SIGHUP than {@code sun.misc.Signal} of the supported module jdk.unsupported (JEP 260). It is
 * called by reflection, because the compiler warns of it in a way that cannot be silenced.
 */
public final class Signals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final Deque<Runnable> giveBack = new ArrayDeque<>();

    private enum Told {
        RELOAD,
        END
    }

    private Signals() {}

    /** From now on the process is the daemon's, and signals wait for {@link #serveUntilTold}. */
    public static Signals take() {
        Signals signals = new Signals();
        signals.on("HUP", Told.RELOAD);
        signals.on("TERM", Told.END);
        signals.on("INT", Told.END);
        return signals;
    }

    /** For what a person runs at a terminal: a terminal that is closed (SIGHUP) ends it too. */
    public static Signals takeAtATerminal() {
        Signals signals = take();
        signals.on("HUP", Told.END);
        return signals;
    }

    /** Reloads when told so; returns when the process is told to end. */
    public void serveUntilTold(Daemon daemon) throws InterruptedException {
        while (told.take() == Told.RELOAD) {
            reload(daemon);
        }
    }

    private static void reload(Daemon daemon) {
        try {
            daemon.reload();
        } catch (SettingsException | RuntimeException e) {
            LOG.debug("a reload failed; nobody waits for it, and the log has said why", e);
        }
    }

    /** Has {@code action} run, on a thread of the JVM's own, at SIGHUP. For a program that stays until it ends by itself. */
    public static void onHangup(Runnable action) {
        handle("HUP", action);
    }

    /** Has {@code action} run at SIGTERM and SIGINT, which then no longer end the process by themselves. */
    public static void onEnd(Runnable action) {
        handle("TERM", action);
        handle("INT", action);
    }

    private void on(String name, Told what) {
        giveBack.push(handle(name, () -> told.add(what)));
    }

    /** Gives back how to undo it. */
    private static Runnable handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handles = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            Object its = signal.getConstructor(String.class).newInstance(name);
            Object former = handle.invoke(null, its, handles);
            return () -> {
                try {
                    handle.invoke(null, its, former);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("SIG" + name + " could not be given back", e);
                }
            };
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this JVM cannot handle SIG" + name + " (module jdk.unsupported missing)", e);
        }
    }

    /** From now on signals do what they did before. */
    @Override
    public void close() {
        while (!giveBack.isEmpty()) {
            giveBack.pop().run();
        }
    }
}
