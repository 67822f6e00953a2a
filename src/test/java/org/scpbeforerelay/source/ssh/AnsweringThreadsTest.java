package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AnsweringThreadsTest {
    private final AtomicInteger done = new AtomicInteger();

    /** As the JVM fails at the bound of the unit or of the machine. */
    @Test
    void whenNoThreadCanBeBegunTheRegistryWhoseThreadCallsIsNotHurt() {
        ThreadFactory none = work -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        try (AnsweringThreads threads = new AnsweringThreads(none)) {
            assertThatCode(() -> threads.executeIfPossible(done::incrementAndGet))
                    .doesNotThrowAnyException();
        }
        assertThat(done).hasValue(0);
    }

    @Test
    void afterTheEndWhatMayBeLeftUndoneIs() {
        AnsweringThreads threads = new AnsweringThreads();
        threads.close();
        assertThatCode(() -> threads.executeIfPossible(done::incrementAndGet)).doesNotThrowAnyException();
    }
}
