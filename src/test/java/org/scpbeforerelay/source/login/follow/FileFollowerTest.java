package org.scpbeforerelay.source.login.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SystemClock;

/** Pitfall 27, case by case: no line twice, none left out. */
final class FileFollowerTest {
    @TempDir
    Path folder;

    private final List<String> seen = new ArrayList<>();
    private Path log = Path.of("mail.log");
    private @Nullable FileFollower follower;
    private boolean storeIsAway;

    @BeforeEach
    void begin() {
        log = folder.resolve("mail.log");
    }

    @AfterEach
    void end() throws IOException {
        if (follower != null) {
            follower.close();
        }
    }

    @Test
    void theFirstStartBeginsAtTheEnd() throws Exception {
        append("old\n");
        start();
        append("new\n");
        assertThat(read()).containsExactly("new");
    }

    @Test
    void aLineThatHadBegunAtTheFirstStartIsNotTakenForAWholeOne() throws Exception {
        append("old\nbegun");
        start();
        append(" and ended\nnew\n");
        assertThat(read()).containsExactly("new");
    }

    @Test
    void pitfall27AMissingFileThatAppearsLaterIsReadFromItsStart() throws Exception {
        start();
        assertThat(read()).isEmpty();
        append("a\n");
        assertThat(read()).containsExactly("a");
    }

    @Test
    void aFileThatAppearedWhileNobodyFollowedIsReadFromItsStart() throws Exception {
        start();
        stop();
        append("a\n");
        start();
        assertThat(read()).containsExactly("a");
    }

    @Test
    void aLineIsWaitedForUntilItIsWhole() throws Exception {
        start();
        append("a\nb");
        assertThat(read()).containsExactly("a");
        append("c\n");
        assertThat(read()).containsExactly("a", "bc");
    }

    @Test
    void resumesAtTheSavedPlaceWithoutGapOrDouble() throws Exception {
        start();
        append("a\nhal");
        assertThat(read()).containsExactly("a");
        stop();
        append("f\nb\n");
        start();
        assertThat(read()).containsExactly("a", "half", "b");
    }

    @Test
    void pitfall27RotationByRenameLosesNoLine() throws Exception {
        start();
        append("a\n");
        read();
        append("b\n");
        Files.move(log, folder.resolve("mail.log.1"));
        // The writer has not noticed yet.
        Files.writeString(folder.resolve("mail.log.1"), "c\n", StandardOpenOption.APPEND);
        assertThat(read()).containsExactly("a", "b", "c");
        append("d\n");
        assertThat(read()).containsExactly("a", "b", "c", "d");
        Files.writeString(folder.resolve("mail.log.1"), "e\n", StandardOpenOption.APPEND);
        assertThat(read()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void pitfall27CopytruncateLosesNoLineThatIsInTheCopy() throws Exception {
        start();
        append("a\n");
        read();
        append("b\n");
        copyAndTruncate();
        append("c\n");
        assertThat(read()).containsExactly("a", "b", "c");
    }

    @Test
    void pitfall27RestartJustAfterRotationFinishesTheOldFile() throws Exception {
        start();
        append("a\n");
        read();
        stop();
        append("b\n");
        Files.move(log, folder.resolve("mail.log.1"));
        append("c\n");
        start();
        assertThat(read()).containsExactly("a", "b", "c");
    }

    @Test
    void pitfall27RestartAfterTwoRotationsOneOfThemCompressed() throws Exception {
        start();
        append("a\n");
        read();
        stop();
        append("b\n");
        gzip(log, folder.resolve("mail.log.2.gz"));
        Files.delete(log);
        Files.setLastModifiedTime(
                folder.resolve("mail.log.2.gz"), java.nio.file.attribute.FileTime.fromMillis(nowMs() - 60_000));
        Files.writeString(folder.resolve("mail.log.1"), "c\n");
        append("d\n");
        start();
        assertThat(read()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void pitfall27RestartAfterCopytruncate() throws Exception {
        start();
        append("a first line that is longer\n");
        read();
        stop();
        append("b\n");
        copyAndTruncate();
        append("c, and the file has grown beyond the saved place again\n");
        start();
        assertThat(read())
                .containsExactly(
                        "a first line that is longer", "b", "c, and the file has grown beyond the saved place again");
    }

    @Test
    void aPlaceThatIsInNoFileAnyMoreBeginsAtTheStart() throws Exception {
        start();
        append("a\n");
        read();
        stop();
        Files.delete(log);
        append("b\n");
        start();
        assertThat(read()).containsExactly("a", "b");
    }

    @Test
    void aDamagedPlaceIsLikeNone() throws Exception {
        start();
        stop();
        Files.writeString(folder.resolve("place"), "place 1 x\n");
        append("a\n");
        start();
        append("b\n");
        assertThat(read()).containsExactly("b");
    }

    @Test
    void aPlaceIsSavedOnlyWhenWhatWasReadIsTakenIn() throws Exception {
        start();
        append("a\n");
        storeIsAway = true;
        read();
        stop();
        storeIsAway = false;
        start();
        assertThat(read()).containsExactly("a", "a");
    }

    @Test
    void pitfall28LongLinesAreLeftOutAndMemoryStaysBounded() throws Exception {
        start();
        append("x".repeat(LineSplitter.LINE_MAX) + "\n");
        append("y".repeat(LineSplitter.LINE_MAX + 1) + "\n");
        append("z".repeat(5_000_000) + "\nafter\n");
        assertThat(read()).containsExactly("x".repeat(LineSplitter.LINE_MAX), "after");
    }

    @Test
    void randomWritesRotationsAndRestartsLoseAndDoubleNothing() throws Exception {
        Random random = new Random(11);
        List<String> written = new ArrayList<>();
        start();
        for (int i = 0; i < 600; i++) {
            String line = "line " + i + " " + "x".repeat(random.nextInt(200));
            append(line + "\n");
            written.add(line);
            switch (random.nextInt(12)) {
                case 0 -> rotate();
                case 1 -> {
                    stop();
                    start();
                }
                case 2 -> {
                    stop();
                    rotate();
                    append("after rotation " + i + "\n");
                    written.add("after rotation " + i);
                    start();
                    read();
                }
                case 3, 4, 5 -> read();
                default -> {}
            }
        }
        assertThat(read()).containsExactlyElementsOf(written);
    }

    private void rotate() throws IOException, InterruptedException {
        // A rotation that comes before the one before it was noticed is a file that is gone from under the name.
        if (follower != null) {
            read();
        }
        Path one = folder.resolve("mail.log.1");
        if (Files.exists(one)) {
            Files.move(one, folder.resolve("mail.log.2"), StandardCopyOption.REPLACE_EXISTING);
        }
        if (Files.exists(log)) {
            Files.move(log, one);
        }
    }

    private void start() throws IOException, InterruptedException {
        follower = new FileFollower(
                log,
                folder.resolve("place"),
                3_600_000,
                new LineSink<>() {
                    @Override
                    public void take(String line) {
                        seen.add(line);
                    }

                    @Override
                    public boolean settle() {
                        return !storeIsAway;
                    }
                },
                FileFollowerTest::nowMs,
                () -> false);
        follower.poll();
    }

    private void stop() throws IOException {
        if (follower != null) {
            follower.close();
            follower = null;
        }
    }

    private List<String> read() throws IOException, InterruptedException {
        for (int quiet = 0; quiet < 3 && follower != null; quiet++) {
            while (follower.poll()) {
                quiet = 0;
            }
        }
        return seen;
    }

    private void append(String text) throws IOException {
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void copyAndTruncate() throws IOException {
        Files.copy(log, folder.resolve("mail.log.1"), StandardCopyOption.REPLACE_EXISTING);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(0);
        }
    }

    private static void gzip(Path from, Path to) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(to))) {
            out.write(Files.readString(from).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static long nowMs() {
        return new SystemClock().now().wallMs();
    }
}
