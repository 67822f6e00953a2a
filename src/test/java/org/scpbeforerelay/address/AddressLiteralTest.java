package org.scpbeforerelay.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is an address and what is none: {@code addresses/accepted.txt}, {@code addresses/refused.txt}, and what grows out of them. */
final class AddressLiteralTest {
    private static final long SEED = 20261122;

    static List<String> acceptedLines() {
        return TableFile.lines("accepted.txt");
    }

    static List<String> refusedLines() {
        return TableFile.lines("refused.txt");
    }

    @ParameterizedTest
    @MethodSource("acceptedLines")
    void acceptedLiteralHasOneCanonicalForm(String line) throws AddressSyntaxException {
        String[] words = line.split("\\s+");
        assertThat(words).hasSize(2);
        ClientAddress address = ClientAddress.parse(words[0]);
        assertThat(address).hasToString(words[1]);
        assertThat(ClientAddress.parse(words[1])).isEqualTo(address).hasSameHashCodeAs(address);
    }

    @ParameterizedTest
    @MethodSource("refusedLines")
    void refusedLiteralIsNoAddress(String line) {
        String literal = literal(line);
        assertThat(ClientAddress.tryParse(literal)).as(line).isEmpty();
        assertThatThrownBy(() -> ClientAddress.parse(literal))
                .isInstanceOf(AddressSyntaxException.class)
                .hasMessageContaining("no IP address (expected one like");
    }

    @Test
    void theTablesCoverTheirGround() {
        assertThat(acceptedLines()).hasSizeGreaterThan(45);
        assertThat(refusedLines()).hasSizeGreaterThan(110);
        assertThat(refusedLines()).anyMatch(line -> literal(line).length() == ClientAddress.LITERAL_LENGTH_MAX + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"::ffff:203.0.113.7", "::ffff:cb00:7107", "0:0:0:0:0:FFFF:203.0.113.7", "203.0.113.7"})
    void pitfall8MappedAddressIsTheSameAtEveryDoor(String literal) throws Exception {
        ClientAddress plain = ClientAddress.parse("203.0.113.7");
        ClientAddress address = ClientAddress.parse(literal);
        assertThat(address).isEqualTo(plain);
        assertThat(address.family()).isEqualTo(AddressFamily.IPV4);
        assertThat(ClientAddress.ofBytes(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 203, 0, 113, 7}))
                .isEqualTo(plain);
        assertThat(ClientAddress.of(plain.toInetAddress())).isEqualTo(plain);
        assertThat(Network.parse("203.0.113.0/24").contains(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\0", ":", ".", "0"})
    void pitfall9NothingIsNeverAnAddress(String nothing) {
        assertThat(ClientAddress.tryParse(nothing)).isEmpty();
    }

    @Test
    void pitfall9LoopbackHasANameThatIsNotEmpty() throws AddressSyntaxException {
        assertThat(ClientAddress.parse("::1")).hasToString("::1");
        assertThat(ClientAddress.parse("::")).hasToString("::");
    }

    @Test
    void pitfall10NoPrefixOfAnAddressIsAnAddress() {
        for (String whole : List.of("203.0.113.200", "2001:db8:100:2:3:4:5:6", "198.51.100.1")) {
            for (int length = 0; length < whole.lastIndexOf(whole.contains(":") ? ':' : '.') + 1; length++) {
                assertThat(ClientAddress.tryParse(whole.substring(0, length)))
                        .as(whole.substring(0, length))
                        .isEmpty();
            }
        }
    }

    @Test
    void pitfall16EveryAsciiCharacterBesideAnAddressSpoilsIt() {
        for (String whole : List.of("203.0.113.255", "2001:db8:1:2:3:4:5:6666", "2001:db8::ffff:203.0.113.255")) {
            assertThat(ClientAddress.tryParse(whole)).isPresent();
            for (int c = 0; c < 0x80; c++) {
                assertThat(ClientAddress.tryParse(whole + (char) c))
                        .as("%s and %d", whole, c)
                        .isEmpty();
                assertThat(ClientAddress.tryParse((char) c + whole))
                        .as("%d and %s", c, whole)
                        .isEmpty();
            }
        }
    }

    @Test
    void mutatedLiteralsNeverThrowAndWhatIsAcceptedIsCanonicalAfterOneRound() {
        Random random = new Random(SEED);
        List<String> seeds =
                acceptedLines().stream().map(line -> line.split("\\s+")[0]).toList();
        int accepted = 0;
        for (int i = 0; i < 400_000; i++) {
            String mutated = mutate(seeds.get(random.nextInt(seeds.size())), random);
            ClientAddress address = ClientAddress.tryParse(mutated).orElse(null);
            if (address == null) {
                continue;
            }
            accepted++;
            String canonical = address.toString();
            if (!ClientAddress.tryParse(canonical).orElseThrow().equals(address)
                    || mutated.length() > ClientAddress.LITERAL_LENGTH_MAX
                    || !mutated.chars()
                            .allMatch(c -> c == ':' || c == '.' || c < 0x80 && Character.digit(c, 16) >= 0)) {
                assertThat(mutated).as("seed %d, round %d", SEED, i).isEqualTo(canonical);
            }
        }
        assertThat(accepted).isGreaterThan(50_000);
    }

    private static final String ALPHABET = "0123456789abcdefABCDEFgx:.:.:./%[] \0\n-+१７：。";

    private static String mutate(String literal, Random random) {
        StringBuilder text = new StringBuilder(literal);
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, c);
                case 1 -> text.replace(at, Math.min(text.length(), at + 1), String.valueOf(c));
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
                default -> text.insert(at, text.substring(random.nextInt(at + 1), at));
            }
        }
        return text.toString();
    }

    @Test
    void errorShowsHostileTextSafely() {
        assertThatThrownBy(() -> ClientAddress.parse("\u001b[31m" + "x".repeat(5000)))
                .message()
                .startsWith("'?[31mxxx")
                .hasSizeLessThan(200)
                .matches("[\\x20-\\x7e…]*");
    }

    private static String literal(String line) {
        int end = line.lastIndexOf('"');
        assertThat(line).startsWith("\"").as("a literal in quotes, then why").hasSizeGreaterThan(end + 3);
        return unescape(line.substring(1, end));
    }

    /** What {@link String#translateEscapes} does, and {@code \\uXXXX}, which it leaves to the compiler. */
    private static String unescape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\u", i)) {
                out.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else if (text.charAt(i) == '\\') {
                out.append(text.substring(i, i + 2).translateEscapes());
                i++;
            } else {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }
}
