package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One reader of requests reads the thousandth as the first, whatever it has read before. A failure names its seed. */
final class PolicyRequestTest {
    private static final long SEED = 20261122;
    private static final int REQUESTS = 100_000;

    private static final List<String> NAMES = List.of(
            "request",
            "protocol_state",
            "client_address",
            "sender",
            "instance",
            "recipient",
            "queue_id",
            "recipient_count",
            "sasl_username",
            "size",
            "s",
            "sende",
            "senders",
            "sender_",
            "recipient_counts",
            "client_port",
            "reverse_client_name",
            "ccert_pubkey_fingerprint",
            "ccert_pubkey_fingerprimt",
            "reverse_cliemt_name",
            "a_name_of_just_thirtx_one_bytes",
            "a_name_of_just_thirty_one_bytes",
            "a_name_of_just_thirty_two_bytes_",
            "a_name_that_is_too_long_to_be_kept");
    private static final List<String> VALUES = List.of(
            "",
            "=",
            "x",
            "RCPT",
            "gerard@example.org",
            "sender=frodo@example.net",
            "1234567",
            "12345678",
            "123456789",
            "a value of more than two words",
            "\0\u00ff\r");

    @Test
    void whatWasReadBeforeChangesNothingInWhatIsRead() {
        PolicyRequest request = new PolicyRequest();
        List<String> lines = new ArrayList<>();
        for (int round = 0; round < REQUESTS; round++) {
            Random random = new Random(SEED + round);
            change(lines, random);
            String text = String.join("", lines) + "\n";
            int before = random.nextInt(3) * random.nextInt(12);
            byte[] bytes =
                    ("y".repeat(before) + text + "x".repeat(random.nextInt(12))).getBytes(StandardCharsets.ISO_8859_1);
            Map<String, String> wanted = naive(lines);
            if (random.nextInt(4) == 0) {
                int part = random.nextInt(text.length());
                assertThat(request.read(bytes, before, before + part))
                        .as("seed %d: %s", SEED + round, text.substring(0, part))
                        .isEqualTo(
                                naive(wholeLines(text.substring(0, part))) == null
                                        ? LookupCodec.MALFORMED
                                        : LookupCodec.INCOMPLETE);
            }
            assertThat(request.read(bytes, before, before + text.length()))
                    .as("seed %d: %s", SEED + round, text)
                    .isEqualTo(wanted == null ? LookupCodec.MALFORMED : before + text.length());
            if (wanted != null) {
                assertThat(Arrays.asList(
                                request.sender(),
                                request.instance(),
                                request.recipient(),
                                request.queueId(),
                                request.saslUsername()))
                        .as("seed %d: %s", SEED + round, text)
                        .containsExactly(
                                wanted.get("sender"),
                                wanted.getOrDefault("instance", ""),
                                wanted.getOrDefault("recipient", ""),
                                wanted.getOrDefault("queue_id", ""),
                                wanted.getOrDefault("sasl_username", ""));
            }
        }
    }

    /** Mostly the request before with another value, as mail servers send; now and then one that has other lines. */
    private static void change(List<String> lines, Random random) {
        switch (lines.isEmpty() ? 0 : random.nextInt(8)) {
            case 0 -> {
                lines.clear();
                for (int i = random.nextInt(6) == 0 ? 80 : 1 + random.nextInt(12); i > 0; i--) {
                    lines.add(line(random));
                }
            }
            case 1 -> Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
            case 2 -> lines.remove(random.nextInt(lines.size()));
            default -> lines.set(random.nextInt(lines.size()), line(random));
        }
        if (lines.isEmpty()) {
            lines.add(line(random));
        }
    }

    private static String line(Random random) {
        String name = random.nextInt(200) == 0 ? "" : NAMES.get(random.nextInt(NAMES.size()));
        String equals = random.nextInt(200) == 0 ? "" : "=";
        String line = name + equals + VALUES.get(random.nextInt(VALUES.size()));
        return (line.isEmpty() ? "x" : line) + "\n";
    }

    private static List<String> wholeLines(String text) {
        List<String> lines =
                new ArrayList<>(text.lines().map(line -> line + "\n").toList());
        if (!lines.isEmpty() && !text.endsWith("\n")) {
            lines.removeLast();
        }
        return lines;
    }

    /** The first value of each name; null when a line is no attribute. */
    private static @Nullable Map<String, String> naive(List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals <= 0) {
                return null;
            }
            byte[] value = line.substring(equals + 1, line.length() - 1).getBytes(StandardCharsets.ISO_8859_1);
            values.putIfAbsent(line.substring(0, equals), new String(value, StandardCharsets.UTF_8));
        }
        return values;
    }
}
