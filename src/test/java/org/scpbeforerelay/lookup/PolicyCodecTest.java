package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a policy request is read that comes in pieces, and how long it may be. */
final class PolicyCodecTest {
    private final PolicyCodec codec = new PolicyCodec(LookupFuzzTest.nobodyMayRelay());

    /** What a trickle of lines would cost if each of them had the request read anew is the square of its length. */
    @Test
    void pitfall38_aLineThatComesToAnUnfinishedRequestDoesNotHaveItReadAnew() {
        byte[] request = ("a=\n".repeat(400) + "sender=x\n\n").getBytes(StandardCharsets.US_ASCII);
        int readings = 0;
        for (int to = 1; to <= request.length; to++) {
            if (codec.mayBeComplete(request, 0, to - 1, to)) {
                readings++;
                assertThat(codec.answer(request, 0, to, ByteBuffer.allocate(LookupCodec.ANSWER_MAX)))
                        .isEqualTo(request.length);
            }
        }
        assertThat(readings).isEqualTo(1);
    }

    @Test
    void aBadOrEmptyLineIsSeenWhenItEndsHoweverTheRequestIsCutIntoPieces() {
        for (String last : List.of("noequals", "=noname", "")) {
            byte[] request = ("request=smtpd_access_policy\n" + last + "\n").getBytes(StandardCharsets.US_ASCII);
            for (int fresh = 1; fresh < request.length; fresh++) {
                assertThat(codec.mayBeComplete(request, 0, fresh, request.length))
                        .as("'%s' from %d", last, fresh)
                        .isTrue();
            }
        }
    }

    @Test
    void moreLinesThanAnyMailServerSendsAreNoRequest() {
        ByteBuffer answer = ByteBuffer.allocate(2 * LookupCodec.ANSWER_MAX);
        byte[] most = ("a=\n".repeat(PolicyRequest.LINES_MAX) + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] more = ("a=\n".repeat(PolicyRequest.LINES_MAX + 1) + "\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(codec.answer(most, 0, most.length, answer)).isEqualTo(most.length);
        assertThat(codec.answer(more, 0, more.length, answer)).isEqualTo(LookupCodec.OVERSIZED);
    }
}
