package org.scpbeforerelay.source.ssh;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few threads that say answers, so that neither the registry nor I/O waits for the other. Each is begun when it is needed. */
final class AnsweringThreads implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AnsweringThreads.class);

    private final ExecutorService threads;

    AnsweringThreads() {
        this(Thread.ofPlatform().name("ssh-answer-", 0).daemon().factory());
    }

    AnsweringThreads(ThreadFactory factory) {
        threads = Executors.newFixedThreadPool(Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4), factory);
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    /** The same for work that may be left undone, at the wish of who must not fail: also when no thread can be begun any more. */
    void executeIfPossible(Runnable work) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("left undone: the endpoint is closed");
        } catch (OutOfMemoryError e) {
            LOG.warn("no thread for the SSH endpoint's answers: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
