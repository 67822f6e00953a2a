package org.scpbeforerelay.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SenderRulesTest {
    @ParameterizedTest
    @CsvSource({
        // rules separated by blanks, sender, allowed
        "gerard@example.org,                  gerard@example.org,          true",
        "gerard@example.org,                  Gerard@EXAMPLE.org,          true",
        "GERARD@Example.ORG,                  gerard@example.org,          true",
        "gerard@example.org,                  frodo@example.org,           false",
        "gerard@example.org,                  gerard@example.org.evil.net, false",
        "gerard@example.org,                  xgerard@example.org,         false",
        "gerard@example.org,                  gerard@sub.example.org,      false",
        "gerard@example.org,                  gerard,                      false",
        "gerard@example.org,                  '\"a b\"@example.org',       false",
        "@example.org,                        gerard@example.org,          true",
        "@example.org,                        anybody@EXAMPLE.ORG,         true",
        "@example.org,                        '\"a@b\"@example.org',       true",
        "@example.org,                        gerard@sub.example.org,      false",
        "@example.org,                        gerard@notexample.org,       false",
        "@example.org,                        gerard@example.org.,         false",
        "@example.org,                        gerard@example,              false",
        "@example.org,                        gerard@example.org@evil.net, false",
        "@example.org,                        @example.org,                true",
        "@example.org,                        example.org,                 false",
        "@.example.org,                       gerard@sub.example.org,      true",
        "@.example.org,                       gerard@a.b.Example.org,      true",
        "@.example.org,                       gerard@example.org,          false",
        "@.example.org,                       gerard@notexample.org,       false",
        "@.example.org,                       gerard@.example.org,         false",
        "@.example.org,                       gerard@sub.example.org.net,  false",
        "@example.org @.example.org,          gerard@example.org,          true",
        "@example.org @.example.org,          gerard@x.example.org,        true",
        "gerard@a.net @b.net,                 frodo@b.net,                 true",
        "gerard@a.net @b.net,                 frodo@a.net,                 false",
    })
    void senderIsAllowedAsTheRulesSay(String rules, String sender, boolean allowed) {
        assertThat(rules(rules).allows(sender)).isEqualTo(allowed);
    }

    @Test
    void noRulesAllowAnySender() {
        assertThat(SenderRules.ANY.isAny()).isTrue();
        assertThat(SenderRules.ANY.allows("anybody@anywhere.example")).isTrue();
        assertThat(rules("@example.org").isAny()).isFalse();
    }

    @Test
    void nullSenderIsAllowedToEveryoneWithALease() {
        assertThat(rules("gerard@example.org").allows("")).isTrue();
    }

    @Test
    void lettersThatOnlyUnicodeTakesForAsciiOnesAreOthers() {
        // U+212A, the Kelvin sign, becomes k in String.toLowerCase; U+0130 becomes i and a dot.
        assertThat(rules("@kelvin.org").allows("gerard@\u212Aelvin.org")).isFalse();
        assertThat(rules("@\u212Aelvin.org").allows("gerard@kelvin.org")).isFalse();
        assertThat(rules("@\u0130.org").allows("gerard@i\u0307.org")).isFalse();
        assertThat(rules("@b\u00fccher.example").allows("gerard@b\u00fccher.example"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "gerard",
                "gerard@",
                "@.",
                "@..example.org",
                "example.org",
                "a b@example.org",
                "@exam ple.org",
                "gerard@example.org\n",
                "@\texample.org",
                "gerard@.example.org"
            })
    void whatIsNoSenderIsRefusedByName(String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SenderRules(List.of("@fine.example", rule)))
                .withMessageContaining("'" + rule + "' is no sender: expected gerard@example.org");
    }

    @Test
    void rulesAreEqualWhenTheyReadTheSame() {
        assertThat(rules("@a.net b@c.net"))
                .isEqualTo(rules("@a.net b@c.net"))
                .hasSameHashCodeAs(rules("@a.net b@c.net"));
        assertThat(rules("@a.net")).isNotEqualTo(rules("@b.net")).hasToString("@a.net");
        assertThat(SenderRules.ANY).hasToString("any sender");
        assertThat(rules("@a.net b@c.net").rules()).containsExactly("@a.net", "b@c.net");
    }

    private static SenderRules rules(String rules) {
        return new SenderRules(Arrays.asList(rules.split(" ")));
    }
}
