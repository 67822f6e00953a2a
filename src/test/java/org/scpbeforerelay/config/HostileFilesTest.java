package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, reading it gives settings, users, or problems with a place; nothing else is ever thrown. */
final class HostileFilesTest {
    private static final long SEED = 20261122;
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "[[",
            "{",
            "}",
            "\"",
            "\"\"\"",
            "'",
            "=",
            ",",
            ".",
            "#",
            "\n",
            "\r",
            "\\u0000",
            "\\",
            "1e999",
            "0x",
            "99999999999999999999",
            "-1",
            "nan",
            "1979-05-27T07:32:00Z",
            "true",
            "lease",
            "term",
            "\u0000",
            "\u00ff",
            "\uFEFF",
            "::1",
            "/",
            "ssh-ed25519",
            "from=\"",
            "20m",
            "[lease.term]",
            "\"\" = 1\n");

    @TempDir
    Path folder;

    @Test
    void mutatedFilesAreReadOrRefused() throws IOException {
        run(300);
    }

    @Test
    @Tag("long")
    void mutatedFilesAreReadOrRefusedForLong() throws IOException {
        run(50_000);
    }

    /** Found by mutation: the parser's own assertion fails on it. */
    @Test
    void damagedHeaderIsRefused() throws IOException {
        byte[] text = "[hi#\u00139d\"\nmax_size = \"1GB\"\n".getBytes(StandardCharsets.UTF_8);
        assertReadOrRefused(text);
        Problems problems = new Problems(Path.of("gerard.toml"));
        assertThat(TomlText.parseToChange(new String(text, StandardCharsets.UTF_8), problems))
                .isEmpty();
        assertThat(problems.isEmpty()).isFalse();
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        for (String opening : List.of("[", "{a=", "[[", "a.")) {
            byte[] text = ("x = " + opening.repeat(20_000)).getBytes(StandardCharsets.UTF_8);
            assertReadOrRefused(text);
            assertReadOrRefused((opening.repeat(20_000) + "x = 1\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private void run(int rounds) throws IOException {
        Random random = new Random(SEED);
        List<byte[]> seeds = seeds();
        for (int i = 0; i < rounds; i++) {
            byte[] text = seeds.get(random.nextInt(seeds.size()));
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                text = mutated(text, random);
            }
            assertReadOrRefused(text);
        }
    }

    private void assertReadOrRefused(byte[] text) throws IOException {
        try {
            readBothWays(Files.write(folder.resolve("gerard.toml"), text), text);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("this text, base64: " + Base64.getEncoder().encodeToString(text), e);
        }
    }

    private void readBothWays(Path file, byte[] text) {
        try {
            SettingsFile.read(file);
        } catch (SettingsException e) {
            assertPlaced(file, e, text);
        }
        try {
            UsersDirectory.read(folder, Settings.DEFAULTS);
        } catch (SettingsException e) {
            assertPlaced(file, e, text);
        }
    }

    private static void assertPlaced(Path file, SettingsException e, byte[] text) {
        assertThat(e.problems())
                .as(() -> new String(text, StandardCharsets.UTF_8))
                .isNotEmpty()
                .allSatisfy(problem -> {
                    assertThat(problem.place()).isEqualTo(file.toString());
                    assertThat(problem.what()).isNotBlank().doesNotContain("\n", "\0", "null", "Exception");
                });
    }

    private static byte[] mutated(byte[] text, Random random) throws IOException {
        int from = random.nextInt(text.length + 1);
        int to = Math.min(text.length, from + random.nextInt(24));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, 0, from);
        switch (random.nextInt(5)) {
            case 0 -> out.write(random.nextInt(256));
            case 1 -> out.write(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            case 2 -> out.write(text, from, to - from);
            case 3 -> {
                return out.toByteArray();
            }
            default -> {}
        }
        int rest = random.nextBoolean() ? from : to;
        out.write(text, rest, text.length - rest);
        return out.toByteArray();
    }

    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : List.of("good-settings", "good-users", "bad-settings", "bad-users")) {
            for (Path file : Corpus.named(name).files()) {
                seeds.add(Files.readAllBytes(file));
            }
        }
        return seeds;
    }
}
