package org.scpbeforerelay.announce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.AnnouncementFile.Claims;
import org.scpbeforerelay.announce.AnnouncementFile.Unreadable;

final class AnnouncementFileTest {
    private static final Claim IPV4 =
            new Claim.Address(ClientAddress.tryParse("203.0.113.7").orElseThrow());
    private static final Claim IPV6 =
            new Claim.Address(ClientAddress.tryParse("2001:db8::7").orElseThrow());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113.7",
                "203.0.113.7\n",
                "203.0.113.7\r\n",
                "203.0.113.7 0\n",
                "203.0.113.7 stub\n",
                "203.0.113.7\tOK\n",
                "  203.0.113.7  RELAY  \n\n",
                "# gwaihir\n\n203.0.113.7 # home\n",
                "::ffff:203.0.113.7\n",
                "203.0.113.7 caf\u00e9\n"
            })
    void theHintsFilesAreReadUnchanged(String text) {
        assertThat(read(text)).isEqualTo(new Claims(List.of(IPV4)));
    }

    @Test
    void anAddressOfEachFamilyMayBeThereAndAutoIsTheConnectionsOwn() {
        assertThat(read("203.0.113.7 0\n2001:db8::7 0\n")).isEqualTo(new Claims(List.of(IPV4, IPV6)));
        assertThat(read("auto\n")).isEqualTo(new Claims(List.of(Claim.OWN)));
    }

    /** PITFALLS 5, 9, 10, 12, 16, 30. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "# nothing\n",
                " 0\n",
                "0 0\n",
                "203.0\n",
                "203\n",
                "203.0.113.\n",
                ".com OK\n",
                "203.0.113.0/24\n",
                "OK\n",
                "AUTO\n",
                "010.0.0.1\n",
                "0x7f.1\n",
                "1.2.3\n",
                "3405803783\n",
                "203.0.113.7:25\n",
                "[2001:db8::7]\n",
                "fe80::1%eth0\n",
                "203.0.113.7,203.0.113.8\n",
                "unknown\n",
                "203.0.113.7\n203.0\n",
                "203.0.113.7\0\n",
                "203.0.113.7\u001b[2J\n",
                "2\0000\0003\000",
                "\u00ef\u00bb\u00bf203.0.113.7\n"
            })
    void pitfall5AndPitfall30WhatIsNoAddressRefusesTheWholeFile(String text) {
        assertThat(refusal(text)).isEqualTo(RefusalCode.ADDRESS_MALFORMED);
    }

    @Test
    void sizeAndLinesAreLimited() {
        assertThat(read("203.0.113.7\n" + "#".repeat(1024 - 12))).isEqualTo(new Claims(List.of(IPV4)));
        assertThat(refusal("203.0.113.7\n" + "#".repeat(1024 - 11))).isEqualTo(RefusalCode.TOO_LARGE);
        assertThat(read("203.0.113.7\n" + "\n".repeat(15))).isEqualTo(new Claims(List.of(IPV4)));
        assertThat(refusal("203.0.113.7\n" + "\n".repeat(16))).isEqualTo(RefusalCode.TOO_MANY_LINES);
    }

    @Test
    void anyBytesAreAnsweredAndReasonsAreSafeToShow() {
        Random random = new Random(20261122);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (AnnouncementFile.parse(bytes) instanceof Unreadable bad) {
                assertThat(bad.refused().reason()).matches("[ -~…]+");
            }
        }
    }

    private static AnnouncementFile read(String text) {
        return AnnouncementFile.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static RefusalCode refusal(String text) {
        assertThat(read(text)).isInstanceOf(Unreadable.class);
        return ((Unreadable) read(text)).refused().code();
    }
}
