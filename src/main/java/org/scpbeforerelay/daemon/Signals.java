package org.scpbeforerelay.daemon;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * What the signals of signal(7) mean to a program that stays: to the daemon, SIGHUP reloads, SIGTERM and SIGINT end it.
 *
 * <p>The JDK has no other way to SIGHUP than {@code sun.misc.Signal} of the supported module jdk.unsupported (JEP 260). It is
 * called by reflection, because the compiler warns of it in a way that cannot be silenced.
 */
public final class Signals {
    private Signals() {}

    /** Returns when the process is told to end. */
    public static void serveUntilTold(Daemon daemon) throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        on("HUP", daemon::reloadAndLog);
        on("TERM", end::countDown);
        on("INT", end::countDown);
        end.await();
    }

    /** Has {@code action} run, on a thread of the JVM's own, at SIGHUP. */
    public static void onHangup(Runnable action) {
        on("HUP", action);
    }

    /** Has {@code action} run at SIGTERM and SIGINT, which then no longer end the process by themselves. */
    public static void onEnd(Runnable action) {
        on("TERM", action);
        on("INT", action);
    }

    private static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handles = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handles);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this JVM cannot handle SIG" + name + " (module jdk.unsupported missing)", e);
        }
    }
}
