package org.scpbeforerelay.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.ClientAddress;

final class RecordTailTest {
    private static final HistoryReader.Wanted ALL = new HistoryReader.Wanted(null, null, Long.MIN_VALUE);
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    private static String line(int number, String user) {
        return "{\"at\":\"" + NOON.plusSeconds(number) + "\",\"event\":\"granted\",\"user\":\"" + user
                + "\",\"address\":\"203.0.113." + number % 250 + "\",\"n\":" + number + "}\n";
    }

    private void write(String name, int from, int to) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(line(i, i % 10 == 0 ? "frodo" : "gerard"));
        }
        Files.writeString(folder.resolve(name), lines);
    }

    private List<Integer> numbers(HistoryReader.Wanted wanted, String text, int most) throws IOException {
        RecordTail tail = new RecordTail(folder);
        List<Integer> numbers = new ArrayList<>();
        String next = "";
        while (next != null) {
            RecordTail.Page page = tail.read(wanted, text, next, most, 10_000);
            assertThat(page.lines()).hasSizeLessThanOrEqualTo(most);
            page.lines().forEach(line -> numbers.add(line.path("n").asInt()));
            next = page.next();
        }
        return numbers;
    }

    @Test
    void pagesGoBackThroughAllFilesAndLoseAndDoubleNothing() throws IOException {
        write("20261122T120000000.jsonl", 0, 900);
        write("20261122T121500000.jsonl", 900, 2000);
        List<Integer> expected = new ArrayList<>();
        for (int i = 1999; i >= 0; i--) {
            expected.add(i);
        }
        assertThat(numbers(ALL, "", 7)).isEqualTo(expected);
        assertThat(numbers(ALL, "", 1000)).isEqualTo(expected);
    }

    @Test
    void whatIsNotWantedIsPassedOver() throws IOException {
        write("20261122T120000000.jsonl", 0, 100);
        assertThat(numbers(new HistoryReader.Wanted("frodo", null, Long.MIN_VALUE), "", 3))
                .containsExactly(90, 80, 70, 60, 50, 40, 30, 20, 10, 0);
        assertThat(numbers(
                        new HistoryReader.Wanted(
                                null, ClientAddress.tryParse("203.0.113.42").orElseThrow(), Long.MIN_VALUE),
                        "",
                        3))
                .containsExactly(42);
        assertThat(numbers(
                        new HistoryReader.Wanted(
                                null, null, NOON.plusSeconds(98).toEpochMilli()),
                        "",
                        10))
                .containsExactly(99, 98);
        assertThat(numbers(ALL, "FRODO", 10)).hasSize(10);
    }

    @Test
    void aLineThatIsCutOrBeingWrittenIsPassedOver() throws IOException {
        Files.writeString(
                folder.resolve("20261122T120000000.jsonl"),
                line(1, "gerard") + "{\"at\":\"2026-11-22T12:0\n" + "x".repeat(200_000) + "\n" + line(2, "gerard")
                        + "{\"at\":");
        assertThat(numbers(ALL, "", 10)).containsExactly(2, 1);
    }

    @Test
    void noRecordIsAnEmptyOneAndAForeignPlaceIsRefused() throws IOException {
        assertThat(numbers(ALL, "", 10)).isEmpty();
        assertThatThrownBy(() -> new RecordTail(folder).read(ALL, "", "../../etc/passwd:7", 10, 10))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
