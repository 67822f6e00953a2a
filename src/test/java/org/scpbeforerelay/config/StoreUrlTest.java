package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StoreUrlTest {
    @Test
    void aServerHasItsUsualPortAndDatabase() {
        assertThat(StoreUrl.parse(StoreUrl.checked("redis://redis.example.org")))
                .isEqualTo(new StoreUrl(
                        List.of(new ListenAddress.Tcp("redis.example.org", 6379)), null, false, null, null, null, 0));
    }

    @Test
    void userPasswordTlsAndAuthoritiesAreRead() {
        assertThat(StoreUrl.parse(StoreUrl.checked("rediss://relay:s%403cret@[2001:db8::7]:6380/2?ca=/etc/ca.pem")))
                .isEqualTo(new StoreUrl(
                        List.of(new ListenAddress.Tcp("2001:db8::7", 6380)),
                        null,
                        true,
                        Path.of("/etc/ca.pem"),
                        "relay",
                        "s@3cret",
                        2));
        assertThat(StoreUrl.parse(StoreUrl.checked("redis://:s3cret@host"))).satisfies(url -> {
            assertThat(url.user()).isNull();
            assertThat(url.password()).isEqualTo("s3cret");
            assertThat(url.toString()).doesNotContain("s3cret");
        });
    }

    @Test
    void sentinelsAreAListAndTheNameTheyKnow() {
        assertThat(StoreUrl.parse(
                        StoreUrl.checked("redis+sentinel://relay:s3cret@s1.example.org,10.0.0.2:26380,[::1]/mail/3")))
                .isEqualTo(new StoreUrl(
                        List.of(
                                new ListenAddress.Tcp("s1.example.org", 26_379),
                                new ListenAddress.Tcp("10.0.0.2", 26_380),
                                new ListenAddress.Tcp("::1", 26_379)),
                        "mail",
                        false,
                        null,
                        "relay",
                        "s3cret",
                        3));
    }
}
