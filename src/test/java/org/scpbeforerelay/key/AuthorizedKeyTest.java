package org.scpbeforerelay.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.address.ClientAddress;

final class AuthorizedKeyTest {
    private static final String ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIADPHYxOQCK3LcWwgKN94PpNQPHW9UjKMd+BOIiSxpxw";
    private static final String ECDSA_256 =
            "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA57aLlNZPnlYl/mGY6fCQxK42cW7jv05GgMlf"
                    + "2tMX46d1qrOg6sxvm5fRwOA//BUWWQAgPtFcYv+qp2RHfAAk4=";
    private static final String ECDSA_521 =
            "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBACBX39opo53ZLHYgRveOPzpUO3o1tlReRacxy"
                    + "FEBQqLgACkSM/WeRtlE2B3NULxB21b6eHW/5AJEX1eJKkrbQYyRQHep7K3GeFAlfCDednikbCvWpF7oRkI+td9YizZ"
                    + "bHXPb9B3mJdCUpFU+6dRyc7kiEaMUD7ZwjESfl8yXVDlFxGszQ==";
    private static final String RSA_2048 =
            "AAAAB3NzaC1yc2EAAAADAQABAAABAQChpBlrhk4drtJxSYxPhkETYBDfuQcGe9gN1l1aRoV1f48jzCEv+zj3d7Y7iy"
                    + "cJsMKd0fWIYk9OMOHbEHt6nmNDU/VkAlmO185pF3n0WRCIymbOw1dj41t/MTxefYLj+u+7eClX9eSauqSmZdH4Xk8h"
                    + "c1UbXv2WMYFq0GnmHoXYAm4BTJSmHSRQlS/7PDJ0Cx0lBvek2n1EHZ3CrP2Ws2HsUIASW1Z2Q6iMi6/h+rdCeWPLZc"
                    + "pctnNixbWZ5Y+kk8etVmOmaAt80RUzn8MbUPmxppMNxaoFqgkXKtu/iZU53EiFKcLoOO881K1+MSZLFaIff/liGA8y"
                    + "0wHHPnV/5Ei/";
    private static final String RSA_1024 =
            "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDZbBmMCd2caAOcyqxHCfnn7ZtJHUxKrVPWtG+UQkI3FNliKvtgWaoS3VfLUD"
                    + "fV1uy3CVoxzSIc/j/p1uG9IkqP3D6vaQbUMuaTDAfaAps928ubrohXV09CTqimw4pzqGBeqZqvKFDiw1JacfI671gD"
                    + "EiL4qzuo/VTCQ4SCq2CDrQ==";

    @Test
    void aKeyFromSshKeygenIsReadAndHasItsFingerprint() throws Exception {
        AuthorizedKey key = AuthorizedKey.parse("ssh-ed25519 " + ED25519 + " gerard@gwaihir\n");

        assertThat(key.fingerprint()).isEqualTo("SHA256:Dg8CUpGaALqIW9iGzWJMC3yL501PO14+1i5SCfhjqFE");
        assertThat(key.comment()).isEqualTo("gerard@gwaihir");
        assertThat(key.device()).isNull();
        assertThat(key.expiresAtMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(key.line()).isEqualTo("ssh-ed25519 " + ED25519 + " gerard@gwaihir");
    }

    @Test
    void everyTypeIsRead() throws Exception {
        for (String line : new String[] {
            "ecdsa-sha2-nistp256 " + ECDSA_256, "ecdsa-sha2-nistp521 " + ECDSA_521, "ssh-rsa " + RSA_2048,
        }) {
            assertThat(AuthorizedKey.parse(line).line()).isEqualTo(line);
        }
    }

    @Test
    void optionsAreReadAndKept() throws Exception {
        String line = "from=\"203.0.113.0/24,!203.0.113.9\",restrict,Device=\"gwaihir\",command=\"echo \\\"a, b\\\"\""
                + ",expiry-time=\"20270101Z\" ssh-ed25519 " + ED25519 + " two words";
        AuthorizedKey key = AuthorizedKey.parse(line);

        assertThat(String.valueOf(key.device())).isEqualTo("gwaihir");
        assertThat(key.from()).containsExactly("203.0.113.0/24", "!203.0.113.9");
        assertThat(key.expiresAtMs()).isEqualTo(1_798_761_600_000L);
        assertThat(key.comment()).isEqualTo("two words");
        assertThat(key.line()).isEqualTo(line);
        assertThat(AuthorizedKey.parse(key.line())).isEqualTo(key);
    }

    @Test
    void aTimeWithoutZIsInTheSystemsZoneAsSshdReadsIt() throws Exception {
        long expected = LocalDateTime.of(2027, 3, 4, 5, 6, 7)
                .atZone(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli();
        assertThat(withOption("expiry-time=\"20270304050607\"").expiresAtMs()).isEqualTo(expected);
        assertThat(withOption("expiry-time=\"202703040506\"").expiresAtMs()).isEqualTo(expected - 7000);
    }

    @Test
    void anAuthorityHasPrincipals() throws Exception {
        AuthorizedKey key = withOption("cert-authority,principals=\"gerard,relay\"");
        assertThat(key.certAuthority()).isTrue();
        assertThat(key.principals()).containsExactly("gerard", "relay");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        203.0.113.7                  | 203.0.113.7        | true
        203.0.113.7                  | ::ffff:203.0.113.7 | true
        203.0.113.7                  | 203.0.113.70       | false
        203.0.113.0/24               | 203.0.113.255      | true
        203.0.113.0/24               | 203.0.114.0        | false
        203.0.113.*                  | 203.0.113.7        | true
        203.0.113.?                  | 203.0.113.77       | false
        *,!203.0.113.7               | 203.0.113.7        | false
        !203.0.113.7,*               | 203.0.113.8        | true
        2001:db8::/32                | 2001:db8:1::7      | true
        2001:db8:*                   | 2001:db8::7        | true
        *.*.*.*                      | 2001:db8::7        | false
        """)
    void fromAllowsAsSshdDoes(String from, String address, boolean allowed) throws Exception {
        AuthorizedKey key = withOption("from=\"" + from + "\"");
        assertThat(key.allowsFrom(ClientAddress.parse(address))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        from                              | needs a value
        from="203.0.113.1/24"             | bits are set behind the prefix
        from="gwaihir.example.org"        | names of hosts are not looked up
        from="!203.0.113.7"               | only negated patterns
        from="*",from="203.0.113.7"       | stands there twice
        from=203.0.113.7                  | must be in double quotes
        from="*"x                         | a comma
        from="*",                         | a comma
        expiry-time="2027"                | is no time
        expiry-time="20270230"            | is no time
        expiry-time="20270230Z "          | is no time
        device="GWAIHIR"                  | a device name begins with
        device="203.0.113.7"              | must not look like an IP address
        principals="gerard"               | only on a cert-authority line
        retsrict                          | did you mean 'restrict'?
        frmo="*"                          | did you mean 'from'?
        restrict="yes"                    | takes no value
        """)
    void aBadOptionIsNamed(String option, String message) {
        assertThatThrownBy(() -> withOption(option))
                .isInstanceOf(KeySyntaxException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNoUsableKeyIsSaidSo() {
        assertRefused("", "no key here");
        assertRefused("# gerard", "no key here");
        assertRefused("ssh-ed25519", "the key itself is missing");
        assertRefused("ssh-ed25519 AAAA!", "no base64");
        assertRefused("ssh-ed25519 AAAA", "cut short");
        assertRefused("ssh-ed25518 " + ED25519, "did you mean 'ssh-ed25519'?");
        assertRefused("ssh-rsa " + ED25519, "the key's bytes say 'ssh-ed25519'");
        assertRefused("ssh-rsa " + RSA_1024, "RSA key of 1024 bits is too short");
        assertRefused("ssh-dss AAAAB3NzaC1kc3M=", "DSA keys are broken");
        assertRefused("ssh-ed25519-cert-v01@openssh.com AAAA", "cert-authority");
        assertRefused("-----BEGIN OPENSSH PRIVATE KEY-----", "private key");
        assertRefused("from=\"* ssh-ed25519 " + ED25519, "never closed");
        assertRefused("ssh-ed25519 " + ED25519 + "\nssh-ed25519 " + ED25519, "one line");
        assertRefused("ssh-ed25519 " + ED25519 + " a\0b", "control characters");
        assertRefused("x".repeat(20_000), "at most");
    }

    @Test
    void bytesAfterTheKeyOrMissingFromItAreRefused() {
        byte[] bytes = Base64.getDecoder().decode(ED25519);
        for (int length = 0; length <= bytes.length + 1; length++) {
            if (length != bytes.length) {
                String line = "ssh-ed25519 " + Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, length));
                assertThatThrownBy(() -> AuthorizedKey.parse(line)).isInstanceOf(KeySyntaxException.class);
            }
        }
    }

    @Test
    void hostileLinesNeverDoMoreThanBeRefused() {
        Random random = new Random(20261122);
        String good = "from=\"203.0.113.*\",device=\"gwaihir\" ecdsa-sha2-nistp256 " + ECDSA_256 + " c";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder line = new StringBuilder(good);
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                int at = random.nextInt(line.length());
                switch (random.nextInt(3)) {
                    case 0 -> line.setCharAt(at, (char) random.nextInt(0x180));
                    case 1 -> line.deleteCharAt(at);
                    default -> line.insert(at, "\"\\,= !*/".charAt(random.nextInt(8)));
                }
            }
            try {
                AuthorizedKey.parse(line.toString());
            } catch (KeySyntaxException e) {
                assertThat(e.getMessage()).isNotBlank().matches("[ -~…]+");
            }
        }
    }

    private static AuthorizedKey withOption(String option) throws KeySyntaxException {
        return AuthorizedKey.parse(option + " ssh-ed25519 " + ED25519);
    }

    private static void assertRefused(String line, String message) {
        assertThatThrownBy(() -> AuthorizedKey.parse(line))
                .isInstanceOf(KeySyntaxException.class)
                .hasMessageContaining(message);
    }
}
