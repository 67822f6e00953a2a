package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.UserName;

final class KeyringTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIADPHYxOQCK3LcWwgKN94PpNQPHW9UjKMd+BOIiSxpxw";
    private static final UserName GERARD = new UserName("gerard");
    private static final UserName FRODO = new UserName("frodo");

    @Test
    void severalUsersMayHaveTheSameKey() throws Exception {
        AuthorizedKey key = AuthorizedKey.parse(KEY);
        Keyring keyring = Keyring.of(
                List.of(
                        new Keyring.Member(GERARD, true, List.of(key)),
                        new Keyring.Member(FRODO, false, List.of(AuthorizedKey.parse("restrict " + KEY)))),
                List.of());

        assertThat(keyring.owners(key.blob())).extracting(Keyring.Owner::user).containsExactlyInAnyOrder(GERARD, FRODO);
        assertThat(keyring.isEnabled(FRODO)).isFalse();
        assertThat(keyring.knows(FRODO)).isTrue();
        assertThat(keyring.knows(new UserName("sauron"))).isFalse();
    }

    @Test
    void whatWasProvedIsUpheldOnlyWhileKeyAndUserAreAsTheyWere() throws Exception {
        AuthorizedKey key = AuthorizedKey.parse(KEY);
        Identity identity = new Identity(GERARD, null, key.blob(), key, Long.MAX_VALUE, key.fingerprint());

        assertThat(keyring(true, KEY).upholds(identity)).isTrue();
        assertThat(keyring(true, KEY + " comment").upholds(identity)).isFalse();
        assertThat(keyring(true, "device=\"x\" " + KEY).upholds(identity)).isFalse();
        assertThat(keyring(false, KEY).upholds(identity)).isFalse();
        assertThat(Keyring.EMPTY.upholds(identity)).isFalse();

        Identity certified = new Identity(GERARD, null, key.blob(), null, Long.MAX_VALUE, key.fingerprint());
        Keyring trusting = Keyring.of(List.of(new Keyring.Member(GERARD, true, List.of())), List.of(key));
        assertThat(trusting.upholds(certified)).isTrue();
        assertThat(keyring(true, KEY).upholds(certified)).isFalse();
    }

    private static Keyring keyring(boolean enabled, String line) throws Exception {
        return Keyring.of(List.of(new Keyring.Member(GERARD, enabled, List.of(AuthorizedKey.parse(line)))), List.of());
    }

    @Test
    void aLoginNameIsAUserWithOrWithoutADevice() {
        assertThat(LoginName.tryParse("gerard")).contains(new LoginName(GERARD, null));
        assertThat(LoginName.tryParse("gerard+gwaihir")).contains(new LoginName(GERARD, new DeviceName("gwaihir")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "+", "gerard+", "+gwaihir", "gerard+a+b", "Gerard", "gerard+203.0.113.7", "a b", "root\0"})
    void otherLoginNamesAreNobodys(String login) {
        assertThat(LoginName.tryParse(login)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        announce  a b       | announce,a,b
        scp -t 'my file'    | scp,-t,my file
        scp -t my\\ file    | scp,-t,my file
        "a 'b' c" d''e      | a 'b' c,de
        '' x                | ,x
        """)
    void commandLinesAreSplitAsAShellWould(String line, String words) {
        assertThat(CommandWords.split(line))
                .contains(List.of(words == null ? "" : words).stream()
                        .flatMap(all -> List.of(all.split(",", -1)).stream())
                        .toList());
    }

    @Test
    void anOpenQuoteOrAnEndlessLineIsNoCommand() {
        assertThat(CommandWords.split("announce 'x")).isEmpty();
        assertThat(CommandWords.split("x".repeat(5000))).isEmpty();
        assertThat(CommandWords.split("  ")).contains(List.of());
    }

    @ParameterizedTest
    @CsvSource({"90s,90000", "20m,1200000", "4h,14400000", "7d,604800000", "0s,0", "1w,0", "-1s,0", "99999999d,0", "h,0"
    })
    void termsAreReadAsSettingsAre(String text, long ms) {
        assertThat(SpokenCommand.termMs(text)).isEqualTo(ms);
    }
}
