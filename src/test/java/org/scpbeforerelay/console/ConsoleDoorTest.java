package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.view.Json;

/** Who may come in, and what strangers and other people's pages can do: nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleDoorTest {
    private final SettableClock clock = new SettableClock();

    private Path state;
    private ConsoleRig rig;

    @BeforeAll
    void begin(@TempDir Path folder) throws Exception {
        state = folder;
        rig = new ConsoleRig(folder, clock);
    }

    /** Wrong tokens are forgiven, leases have ended. */
    @AfterEach
    void letTimePass() {
        clock.passMs(3 * 3_600_000);
    }

    @AfterAll
    void end() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/users/gerard",
                "/record",
                "/style.css",
                "/api/v1/leases",
                "/api/v1/history",
                "/api/v1/status",
                "/api/v1/decisions",
                "/api/v1/events",
                "/api/v1/openapi.json",
                "/nothing/here"
            })
    void nothingButHealthAndMetricsIsGivenWithoutTheToken(String path) throws Exception {
        HttpResponse<String> answer = rig.send(rig.request(path));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"scp-before-relay\"");
        assertThat(answer.body()).doesNotContain("gerard").contains("scp-before-relay console");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
    void healthAndMetricsNeedNoToken(String path) throws Exception {
        rig.grant("gerard/gwaihir", "203.0.113.7");
        HttpResponse<String> answer = rig.send(rig.request(path));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("gerard", "gwaihir", "203.0.113.7");
    }

    @Test
    void theTokenIsMadeAtTheFirstStartForItsOwnerAloneAndStaysTheSame() throws Exception {
        String token = rig.token();
        Path file = state.resolve("console-token");
        assertThat(token).hasSize(43);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        rig.restart();
        assertThat(rig.token()).isEqualTo(token);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void theTokensAddressBecomesACookieAndAnAddressWithoutIt() throws Exception {
        HttpResponse<String> answer = rig.send(rig.request("/record?token=" + rig.token()));
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains("/record");
        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("; HttpOnly", "; SameSite=Strict").doesNotContain(rig.token());
        assertThat(rig.send(rig.request("/api/v1/status").header("Cookie", "a=b; " + rig.cookie()))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theTokenCanBeTypedIntoTheFormOfTheDoor() throws Exception {
        HttpResponse<String> answer = rig.send(rig.request("/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("token=+" + rig.token() + "+")));
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Set-Cookie")).isPresent();
    }

    @Test
    void aCookieIsOverAfterAWeekAndNotBefore() throws Exception {
        String cookie = rig.cookie();
        clock.passMs(7 * 86_400_000L - 2_000);
        assertThat(rig.send(rig.request("/api/v1/status").header("Cookie", cookie))
                        .statusCode())
                .isEqualTo(200);
        clock.passMs(2_000);
        assertThat(rig.send(rig.request("/api/v1/status").header("Cookie", cookie))
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=",
                "=1795348800.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "=99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "=<script>"
            })
    void aCookieThatWasNotSignedHereOpensNothing(String cookie) throws Exception {
        assertThat(rig.send(rig.request("/").header("Cookie", "scp_before_relay_" + rig.port() + cookie))
                        .statusCode())
                .isEqualTo(401);
    }

    /** Anybody on this host can send wrong tokens from 127.0.0.1: it must not be the operator's loss. */
    @Test
    void wrongTokensAreThrottledAndTheRightOneOpensAllTheSame() throws Exception {
        String cookie = rig.cookie();
        for (int i = 0; i < LoginThrottle.FAILURES_MAX; i++) {
            assertThat(withBearer("guess" + i).statusCode()).isEqualTo(401);
        }
        HttpResponse<String> held = withBearer("another guess");
        assertThat(held.statusCode()).isEqualTo(429);
        assertThat(held.headers().firstValue("Retry-After").orElseThrow()).matches("[1-6]?[0-9]");
        assertThat(rig.send(rig.request("/?token=guess")).statusCode()).isEqualTo(429);
        assertThat(rig.send(rig.request("/").header("Cookie", "scp_before_relay_" + rig.port() + "=guess"))
                        .statusCode())
                .isEqualTo(429);

        assertThat(rig.get("/api/v1/status").statusCode()).isEqualTo(200);
        assertThat(rig.send(rig.request("/").header("Cookie", cookie)).statusCode())
                .isEqualTo(200);
        assertThat(rig.send(rig.request("/?token=" + rig.token())).statusCode()).isEqualTo(303);

        assertThat(rig.send(rig.request("/metrics")).body())
                .containsPattern("scp_before_relay_console_logins_failed_total [1-9]")
                .containsPattern("scp_before_relay_console_logins_throttled_total [1-9]");
        clock.passMs(LoginThrottle.WINDOW_MS);
        assertThat(withBearer("guess").statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> withBearer(String claimed) throws Exception {
        return rig.send(rig.request("/api/v1/status").header("Authorization", "Bearer " + claimed));
    }

    @Test
    void tokensAreComparedByDigestsOfOneLengthInConstantTime() {
        // Differing lengths and places come to the same: MessageDigest.isEqual over 32 bytes each.
        assertThat(AccessToken.same("abc", "abc")).isTrue();
        assertThat(AccessToken.same("abc", "abd")).isFalse();
        assertThat(AccessToken.same("abc", "abcabcabcabcabcabcabc")).isFalse();
        assertThat(AccessToken.same("", "")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/v1/leases", "/metrics", "/health/ready"})
    void aStrangersNameThatWasTurnedToThisHostByDnsIsRefused(String path) throws Exception {
        for (String host : List.of("evil.example", "evil.example:" + rig.port(), "127.0.0.1.evil.example", "")) {
            String answer = rig.raw(
                    List.of(
                            "GET " + path + " HTTP/1.1",
                            "Host: " + host,
                            "Authorization: Bearer " + rig.token(),
                            "Connection: close"),
                    "");
            assertThat(answer).as(host).startsWith("HTTP/1.1 421 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "LOCALHOST:9999", "[::1]:8040", "192.0.2.1", "localhost."})
    void theHostsOwnNamesAreAnswered(String host) throws Exception {
        String answer = rig.raw(
                List.of(
                        "GET /api/v1/status HTTP/1.1",
                        "Host: " + host,
                        "Authorization: Bearer " + rig.token(),
                        "Connection: close"),
                "");
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aChangeByCookieNeedsTheFormTokenOfThatCookie() throws Exception {
        String cookie = rig.cookie();
        var change = rig.request("/api/v1/leases")
                .header("Cookie", cookie)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"user\":\"gerard\",\"address\":\"203.0.113.7\"}"));
        assertThat(rig.send(change).statusCode()).isEqualTo(403);
        assertThat(rig.send(change.copy().header("X-Form-Token", "guess")).statusCode())
                .isEqualTo(403);
        assertThat(rig.send(change.copy()
                                .header("X-Form-Token", formToken(cookie))
                                .header("Origin", "http://127.0.0.1:1"))
                        .statusCode())
                .as("from another port of this host")
                .isEqualTo(403);
        assertThat(rig.send(change.copy()
                                .header("X-Form-Token", formToken(cookie))
                                .header("Sec-Fetch-Site", "same-site"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(rig.get("/api/v1/leases").body()).contains("\"total\":0");
        assertThat(rig.send(change.copy()
                                .header("X-Form-Token", formToken(cookie))
                                .header("Origin", "http://127.0.0.1:" + rig.port()))
                        .statusCode())
                .isEqualTo(201);
    }

    private String formToken(String cookie) throws Exception {
        String token = Files.readString(state.resolve("console-token")).strip();
        var secret = AccessToken.readOrMake(state.resolve("console-token"));
        assertThat(secret.text()).isEqualTo(token);
        return secret.sign("form " + cookie.substring(cookie.indexOf('=') + 1));
    }

    @Test
    void everyAnswerForbidsWhatAPageDoesNotNeed() throws Exception {
        for (String path : List.of("/", "/metrics", "/api/v1/status", "/nothing")) {
            var headers = rig.get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
                    .doesNotContain("unsafe", "http");
            assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(headers.firstValue("Referrer-Policy")).contains("same-origin");
        }
    }

    @Test
    void aHeaderCannotBeInjectedByWhatAVisitorSends() throws Exception {
        String crlf = "%0d%0aX-Evil:%20yes";
        for (String target : List.of(
                "/" + crlf + "?token=" + rig.token(),
                "/api/v1/leases?limit=1&q=" + crlf,
                "/api/v1/leases?after=" + crlf,
                "/api/v1/history?after=" + crlf,
                "/users/" + crlf)) {
            String answer = rig.raw(
                    List.of(
                            "GET " + target + " HTTP/1.1",
                            "Host: 127.0.0.1",
                            "Authorization: Bearer " + rig.token(),
                            "Connection: close"),
                    "");
            assertThat(answer.substring(0, answer.indexOf("\r\n\r\n")))
                    .as(target)
                    .doesNotContain("\nX-Evil", "\rX-Evil");
        }
    }

    @Test
    void aFormerRunsLogKnowsNoToken() throws Exception {
        assertThat(Json.line(rig.command(Json.object().put("do", "status")))).doesNotContain(rig.token());
        assertThat(AccessToken.readOrMake(state.resolve("console-token")).toString())
                .doesNotContain(rig.token());
    }
}
