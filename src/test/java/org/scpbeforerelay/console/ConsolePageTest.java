package org.scpbeforerelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** The page as a person meets it, in a real browser. Pictures are kept in {@code target/screenshots}. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsolePageTest {
    private static final List<String> PAGES = List.of(
            "/", "/?span=7d", "/record", "/users/gerard", "/users/nobody", "/address?address=203.0.113.7", "/nothing");

    private ConsoleRig rig;
    private Browser browser;

    @BeforeAll
    void begin(@TempDir Path state) throws Exception {
        SystemClock clock = new SystemClock();
        BusyRelay.write(state, clock.now().wallMs());
        rig = new ConsoleRig(state, clock);
        for (int i = 0; i < BusyRelay.USERS.size(); i++) {
            rig.grant(BusyRelay.USERS.get(i) + "/laptop", "203.0.113." + (20 + i));
        }
        rig.grant("gerard/gwaihir", "203.0.113.7");
        rig.grant("gerard/phone", "203.0.113.8");
        rig.grant("frodo/pony", "2001:db8:1:2::7");
        rig.grant("gerard/nowhere", "0.0.0.0");
        for (String asked : List.of(
                "203.0.113.7", "203.0.113.7", "203.0.113.21", "198.51.100.9", "198.51.100.9", "2001:db8:1:2::7")) {
            rig.lookup(asked);
        }
        browser = new Browser();
        browser.open(rig.address().toString());
    }

    @AfterAll
    void end() throws Exception {
        browser.close();
        rig.close();
    }

    @BeforeEach
    void asAtFirst() throws Exception {
        browser.withoutScripts(false).dark(false).size(1280, 900, false);
        browser.forget();
    }

    private Browser open(String path) throws Exception {
        return browser.open(rig.address().resolve(path).toString());
    }

    @Test
    void theTokensAddressOpensThePageAndLeavesTheAddressBar() throws Exception {
        browser.open(rig.address().toString());
        assertThat(browser.run("location.href").asString())
                .isEqualTo(rig.address().resolve("/").toString());
        assertThat(browser.run("document.cookie").asString())
                .as("no script sees the cookie")
                .isEmpty();
        assertThat(browser.text()).contains("leases let mail through", "gerard/gwaihir", "203.0.113.7", "bilbo");
    }

    @Test
    void whoHasNoTokenSeesTheDoor() throws Exception {
        String localhost = rig.address().resolve("/").toString().replace("127.0.0.1", "localhost");
        browser.open(localhost);
        assertThat(browser.text())
                .contains("Who is there?", "scp-before-relay console")
                .doesNotContain("gerard");
        browser.picture("door-light");
        browser.dark(true).picture("door-dark");
        browser.forget();
        assertThat(axe()).isEmpty();
        browser.loading(
                "document.getElementById('token').value = '" + rig.token() + "'; document.forms[0].requestSubmit()");
        assertThat(browser.text()).contains("leases let mail through");
    }

    @Test
    void anAnnouncementIsOnThePageWithinASecondAndSoIsItsEnd() throws Exception {
        open("/");
        await().until(() -> browser.text().contains("live"));
        long quickestNs = Long.MAX_VALUE; // this machine may have something else to do
        for (int i = 0; i < 3; i++) {
            String address = "203.0.113." + (100 + i);
            long beganNs = System.nanoTime();
            rig.grant("sam/garden", address);
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> browser.run("document.getElementById('leases').innerText.includes('" + address + "')")
                            .asBoolean());
            quickestNs = Math.min(quickestNs, System.nanoTime() - beganNs);
            assertThat(browser.run("document.getElementById('said').textContent")
                            .asString())
                    .as("what a screen reader says")
                    .isEqualTo("sam/garden granted " + address);
            await().pollDelay(Duration.ofMillis(700))
                    .until(() -> true); // the page rests half a second between two readings
        }
        assertThat(Duration.ofNanos(quickestNs)).isLessThan(Duration.ofSeconds(1));
        rig.command(Json.object().put("do", "revoke").put("what", "sam/garden"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !browser.run("document.getElementById('leases').innerText.includes('sam/garden')")
                        .asBoolean());
    }

    @Test
    void theTimeLeftRunsDown() throws Exception {
        open("/");
        String left = "document.querySelector('[data-until]').textContent";
        String first = browser.run(left).asString();
        assertThat(first).matches("\\d+m \\d\\ds");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> !browser.run(left).asString().equals(first));
    }

    @Test
    void aLeaseIsRevokedAndGrantedFromThePage() throws Exception {
        rig.grant("merry/pub", "203.0.113.77");
        open("/");
        browser.loading("document.getElementById('revoke-merry/pub/ipv4').click()");
        assertThat(browser.text()).contains("Revoked: merry/pub");
        assertThat(rig.lookup("203.0.113.77")).startsWith("500 ");
        browser.run("document.querySelector('details.grant').open = true");
        browser.run("document.querySelector('form[action=\"/grant\"] [name=user]').value = 'merry'");
        browser.run("document.querySelector('form[action=\"/grant\"] [name=device]').value = 'pub'");
        browser.run("document.querySelector('form[action=\"/grant\"] [name=address]').value = '203.0.113.78'");
        browser.loading("document.querySelector('form[action=\"/grant\"]').requestSubmit()");
        assertThat(browser.text()).contains("Granted: merry/pub");
        assertThat(rig.lookup("203.0.113.78")).startsWith("200 ");
        assertThat(rig.get("/api/v1/history?user=merry&limit=1").body()).contains("merry");
    }

    @Test
    void aRefusedGrantSaysWhyOnAPageOfTheHouse() throws Exception {
        open("/");
        browser.run("document.querySelector('form[action=\"/grant\"] [name=user]').value = 'nobody'");
        browser.run("document.querySelector('form[action=\"/grant\"] [name=address]').value = '203.0.113.78'");
        browser.loading("document.querySelector('form[action=\"/grant\"]').requestSubmit()");
        assertThat(browser.text()).contains("The lease was not granted", "nobody");
        browser.picture("refused-grant-light");
    }

    @Test
    void withoutScriptsThePageIsWholeAndItsFormsWork() throws Exception {
        rig.grant("rosie/pony", "203.0.113.79");
        browser.withoutScripts(true);
        open("/");
        browser.picture("now-no-script-light");
        browser.withoutScripts(false);
        String html = browser.run("document.documentElement.outerHTML").asString();
        assertThat(html).contains("rosie", "203.0.113.79").containsPattern("data-until=\"\\d+\"[^>]*>\\d+m \\d\\ds<");
        // The button is pressed with scripts off: a key, as a person would.
        browser.run("document.getElementById('revoke-rosie/pony/ipv4').focus()");
        browser.withoutScripts(true);
        browser.press("Enter", 13);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(rig.lookup("203.0.113.79")).startsWith("500 "));
    }

    @Test
    void everyPageStandsOnAPhone() throws Exception {
        browser.size(390, 844, true);
        for (String path : PAGES) {
            open(path);
            assertThat(browser.run("document.documentElement.scrollWidth").asInt())
                    .as(path + " is not wider than the phone")
                    .isLessThanOrEqualTo(390);
        }
        open("/").picture("now-phone-light");
        browser.dark(true).picture("now-phone-dark");
        open("/record").picture("record-phone-dark");
    }

    @Test
    void picturesOfEveryPage() throws Exception {
        for (boolean dark : new boolean[] {false, true}) {
            String shade = dark ? "dark" : "light";
            browser.dark(dark);
            open("/").picture("now-" + shade);
            open("/?span=7d").picture("now-week-" + shade);
            open("/record").picture("record-" + shade);
            open("/users/gerard").picture("user-" + shade);
            open("/address?address=203.0.113.7").picture("address-" + shade);
        }
        String light = browser.dark(false)
                .run("getComputedStyle(document.body).backgroundColor")
                .asString();
        String dark = browser.dark(true)
                .run("getComputedStyle(document.body).backgroundColor")
                .asString();
        assertThat(dark).isNotEqualTo(light);
    }

    @Test
    void emptyStatesTeachTheNextStep(@TempDir Path folder) throws Exception {
        try (ConsoleRig empty = new ConsoleRig(folder, new SystemClock())) {
            browser.open(empty.address().toString());
            assertThat(browser.text())
                    .contains(
                            "Nobody has a lease now",
                            "gwaihir-ip gerard@relayhost",
                            "scp-before-relay postfix",
                            "Nothing has happened yet");
            browser.picture("empty-light");
            browser.dark(true).picture("empty-dark");
            browser.dark(false);
            assertThat(axe()).isEmpty();
        }
    }

    @Test
    void noPageHasAnObstacleForWhoUsesAScreenReaderOrAKeyboard() throws Exception {
        List<String> violations = new ArrayList<>();
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            for (String path : PAGES) {
                open(path);
                axe().forEach(violation -> violations.add(path + (dark ? " dark: " : ": ") + violation));
            }
        }
        browser.dark(false).size(390, 844, true);
        open("/");
        axe().forEach(violation -> violations.add("phone: " + violation));
        assertThat(violations).isEmpty();
    }

    /** What axe-core objects to on the present page. */
    private List<String> axe() throws Exception {
        try (InputStream script = ConsolePageTest.class.getResourceAsStream("/axe.min.js")) {
            assertThat(script).as("axe-core's script").isNotNull();
            browser.run(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        JsonNode found = Json.read(browser.run(
                        "axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))")
                .asString());
        List<String> violations = new ArrayList<>();
        found.forEach(violation -> violations.add(violation.path("id").asString() + ": "
                + violation.path("help").asString() + " at "
                + violation.at("/nodes/0/html").asString() + " "
                + violation.at("/nodes/0/failureSummary").asString("")));
        return violations;
    }

    @Test
    void theKeyboardAloneReachesEverything() throws Exception {
        open("/");
        browser.press("Tab", 9);
        assertThat(browser.run("document.activeElement.textContent").asString()).isEqualTo("Skip to the content");
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            browser.press("Tab", 9);
            reached.add(browser.run("document.activeElement.id || document.activeElement.textContent.trim()")
                    .asString());
        }
        assertThat(reached).contains("check", "q", "Grant…").anyMatch(id -> id.startsWith("revoke-"));
    }

    @Test
    void nothingIsAskedOfAnyOtherHostAndTheBrowserHasNothingToComplainAbout() throws Exception {
        for (String path : PAGES.subList(0, PAGES.size() - 1)) {
            open(path);
        }
        URI home = rig.address();
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(asked -> asked.startsWith("http://127.0.0.1:" + home.getPort() + "/"));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void whatAnOutsiderCanWriteIsShownAndNeverRun() throws Exception {
        String evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>";
        String encoded = java.net.URLEncoder.encode(evil, StandardCharsets.UTF_8);
        for (String path : List.of(
                "/?q=" + encoded,
                "/record?q=" + encoded,
                "/address?address=203.0.113.7&sender=" + encoded,
                "/address?address=" + encoded,
                "/users/" + encoded.replace("+", "%20"),
                "/?done=revoked&who=" + encoded,
                "/record?since=" + encoded)) {
            open(path);
            assertThat(browser.run("document.title").asString()).as(path).doesNotContain("owned");
            assertThat(browser.run("document.querySelectorAll('main img, main script').length")
                            .asInt())
                    .as(path)
                    .isZero();
        }
    }
}
