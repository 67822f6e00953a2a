package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.spelling.Nearest;

/** The small texts within settings. */
final class ValuesTest {
    @ParameterizedTest
    @CsvSource({"1s, 1000", "90s, 90000", "20m, 1200000", "4h, 14400000", "7d, 604800000", "36500d, 3153600000000"})
    void durations(String text, long ms) {
        assertThat(Term.parse(text).ms()).isEqualTo(ms);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0s", "20", "m", "-5m", "+5m", "5M", "1.5h", "20 m", "1h30m", "36501d", "9999999999d", "٢m"})
    void whatIsNoDuration(String text) {
        assertThatThrownBy(() -> Term.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is ");
    }

    @ParameterizedTest
    @CsvSource({"20 min, 20m", "1h30m, 90m", "2 weeks, 14d", "1 Day, 1d", "120 seconds, 2m", "'1h, 5 sec', 3605s"})
    void durationsOfOtherProgramsAreUnderstoodForTheHint(String text, String meant) {
        assertThatThrownBy(() -> Term.parse(text)).hasMessageEndingWith("; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"20", "5 fortnights", "1h30", "999999999w999999999w999999999w999999999w", "20m!"})
    void whatCannotBeUnderstoodHasNoHint(String text) {
        assertThatThrownBy(() -> Term.parse(text)).message().doesNotContain("did you mean");
    }

    @Test
    void everyDurationIsReadBackFromItsText() {
        Random random = new Random(20261122);
        for (int i = 0; i < 2_000; i++) {
            Term term = Term.ofSeconds(1 + random.nextLong(1L << random.nextInt(1, 31)));
            assertThat(Term.parse(term.toString())).isEqualTo(term);
        }
    }

    @ParameterizedTest
    @CsvSource({"0B, 0", "64KiB, 65536", "1MiB, 1048576", "1GiB, 1073741824", "1024TiB, 1125899906842624"})
    void sizes(String text, long bytes) {
        assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(ByteSize.parse(ByteSize.parse(text).toString()).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"64k, 64KiB", "1GB, 1GiB", "1 gib, 1GiB", "100, 100B", "5 bytes, 5B"})
    void sizesOfOtherProgramsAreUnderstoodForTheHint(String text, String meant) {
        assertThatThrownBy(() -> ByteSize.parse(text)).hasMessageEndingWith("; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "-1KiB", "1.5GiB", "1025TiB", "999999999999999TiB"})
    void whatIsNoSize(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"1/s, 1, 1000", "30/m, 30, 60000", "200/h, 200, 3600000", "1000/d, 1000, 86400000"})
    void rates(String text, long count, long periodMs) {
        assertThat(Rate.parse(text)).isEqualTo(new Rate(count, periodMs)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"200 per hour, 200/h", "200/hour, 200/h", "10 / min, 10/m", "50 a day, 50/d"})
    void ratesInWordsAreUnderstoodForTheHint(String text, String meant) {
        assertThatThrownBy(() -> Rate.parse(text)).hasMessageEndingWith("; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/h", "200", "/h", "-1/h", "1/w", "9999999999/h"})
    void whatIsNoRate(String text) {
        assertThatThrownBy(() -> Rate.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:0",
                "0.0.0.0:65535",
                "[::]:22",
                "[2001:db8::7]:2222",
                "localhost:10040",
                "relay-1.example.org:25",
                "unix:/run/scp-before-relay/policy"
            })
    void listenAddressIsReadBackFromItsText(String text) {
        assertThat(ListenAddress.parse(text)).hasToString(text);
        assertThat(ListenAddress.parse(text).socketAddress()).isNotNull();
    }

    @Test
    void addressesToListenOnAreCanonical() {
        assertThat(ListenAddress.parse("[2001:DB8:0::7]:22")).isEqualTo(ListenAddress.parse("[2001:db8::7]:22"));
        assertThat(ListenAddress.Tcp.parse("127.9.9.9:1").isLoopback()).isTrue();
        assertThat(ListenAddress.Tcp.parse("[::1]:1").isLoopback()).isTrue();
        assertThat(ListenAddress.Tcp.parse("localhost:1").isLoopback()).isTrue();
        assertThat(ListenAddress.Tcp.parse("127.example.org:1").isLoopback()).isFalse();
        assertThat(ListenAddress.Tcp.parse("0.0.0.0:1").isLoopback()).isFalse();
    }

    @Test
    void nearestIsTheOneWithTheFewestSlips() {
        List<String> known = List.of("term", "max_term", "hold_grace", "special_networks");
        assertThat(Nearest.to("trem", known)).contains("term");
        assertThat(Nearest.to("maxTerm", known)).contains("max_term");
        assertThat(Nearest.to("MAX-TERM", known)).contains("max_term");
        assertThat(Nearest.to("special_network", known)).contains("special_networks");
        assertThat(Nearest.to("spec", known)).contains("special_networks");
        assertThat(Nearest.to("colour", known)).isEmpty();
        assertThat(Nearest.to("", known)).isEmpty();
        assertThat(Nearest.to("x".repeat(100_000), known)).isEmpty();
    }
}
