package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Eight bytes at a time against one at a time. */
final class ByteWordsTest {
    private static final long WANTED = ByteWords.filledWith('\n');

    @Test
    void exactlyTheWantedBytesAreMarkedWhateverStandsBesideThem() {
        Random random = new Random(20260101);
        // The wanted ones, their neighbours by one bit or by one, and the ends of the range.
        byte[] alphabet = {
            '\n', '=', '\n' + 1, '\n' - 1, '=' + 1, '=' - 1, 0, 1, 127, -128, -1, '\n' - 128, '=' - 128, 'a'
        };
        byte[] bytes = new byte[ByteWords.SIZE + 3];
        for (int round = 0; round < 100_000; round++) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            int from = random.nextInt(3);
            assertMarked(ByteWords.at(bytes, from), bytes, from, from + ByteWords.SIZE);
            int to = from + random.nextInt(ByteWords.SIZE);
            assertMarked(ByteWords.tail(bytes, from, to), bytes, from, to);
        }
    }

    @Test
    void firstOneOfARangeIsFoundAndNoneBehindIt() {
        byte[] bytes = "a=b\n=".repeat(7).getBytes(StandardCharsets.US_ASCII);
        String text = new String(bytes, StandardCharsets.US_ASCII);
        for (int from = 0; from < bytes.length; from++) {
            for (int to = from; to <= bytes.length; to++) {
                int expected = text.substring(from, to).indexOf('\n');
                assertThat(ByteWords.find(bytes, from, to, WANTED)).isEqualTo(expected < 0 ? -1 : from + expected);
            }
        }
    }

    private static void assertMarked(long word, byte[] bytes, int from, int to) {
        long marks = ByteWords.where(word, WANTED);
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                assertThat(from + ByteWords.first(marks)).isEqualTo(i);
                marks &= marks - 1;
            }
        }
        assertThat(marks).isZero();
    }
}
