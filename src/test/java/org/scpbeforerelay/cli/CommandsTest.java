package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.cli.CommandRig.Ended;
import org.scpbeforerelay.view.Json;

/** The commands as a person types them, against a daemon in this process and without one. */
class CommandsTest {
    @TempDir
    Path state;

    private CommandRig rig;

    @BeforeEach
    void begin() {
        rig = new CommandRig(state);
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private Ended run(String... arguments) {
        return rig.run(arguments);
    }

    private void serve() throws Exception {
        rig.serve();
    }

    private void serve(String lookupAddress) throws Exception {
        Files.writeString(rig.settingsFile(), CommandRig.QUIET.replace("127.0.0.1:0", lookupAddress));
        rig.serve();
    }

    @Test
    void withoutADaemonEveryQuestionSaysSoAndWhatToDo() {
        for (String command : List.of("leases", "status", "reload")) {
            Ended ended = run(command);
            assertThat(ended.exit()).isEqualTo(69);
            assertThat(ended.err()).contains("no daemon answers on " + state).contains("scp-before-relay serve");
        }
    }

    @Test
    void optionsMayStandBeforeTheCommandsNameAndTheOneBehindItCounts() {
        String before = state.resolve("before").toString();
        String behind = state.resolve("behind").toString();
        assertThat(CommandRig.runAs(List.of("--state", before, "status")).err()).contains(before);
        CommandRig.runAs(List.of("--state", before, "user", "add", "gerard"));
        CommandRig.runAs(List.of("user", "--state", behind, "add", "frodo"));
        assertThat(state.resolve("before/users/gerard.toml")).exists();
        assertThat(state.resolve("behind/users/frodo.toml")).exists();
        assertThat(CommandRig.runAs(List.of("--state", before, "status", "--state", behind))
                        .err())
                .contains(behind);
        assertThat(CommandRig.runAs(List.of("--config", before, "--state", behind, "check"))
                        .err())
                .contains(before);
    }

    @Test
    void aWrongCommandNamesTheNearestRightOne() {
        Ended ended = run("lease");
        assertThat(ended.exit()).isEqualTo(64);
        assertThat(ended.err()).contains("leases");
    }

    @Test
    void wrongSettingsEndTheStartWithPlaceAndRemedy() throws Exception {
        Files.writeString(state.resolve("scp-before-relay.toml"), "[lease]\ntrem = \"20m\"\n");
        Ended ended = run("serve");
        assertThat(ended.exit()).isEqualTo(78);
        assertThat(ended.err()).contains("scp-before-relay.toml:2:1: ").contains("term");
    }

    @Test
    void explainSaysOfALimitWhatAPolicyRequestWouldBeToldAndUsesNothing() throws Exception {
        serve("unix:" + state.resolve("policy"));
        limitedUser();
        for (int i = 0; i < 3; i++) {
            Ended explained = run("explain", "203.0.113.7", "--sender", "gerard@example.org");
            assertThat(explained.exit()).isZero();
            assertThat(explained.out()).contains("is counted; none of 2 messages per hour are used");
        }
        Ended untold = run("lookup", "203.0.113.7");
        assertThat(untold.exit()).isZero();
        assertThat(untold.out()).contains("may relay: gerard/default").contains("(by policy on a unix socket;");
        assertThat(run("explain", "203.0.113.7").out()).contains("permits, and is counted; none of 2 messages");
    }

    @Test
    void withoutASenderAUserWithSendersDependsOnIt() throws Exception {
        serve("unix:" + state.resolve("policy"));
        run("user", "add", "gerard", "--sender", "@example.org");
        run("grant", "gerard", "203.0.113.7");
        Ended untold = run("lookup", "203.0.113.7");
        assertThat(untold.exit()).isEqualTo(1);
        assertThat(untold.out()).contains("may not relay with every sender: it depends on the message; add --sender");
        assertThat(run("explain", "203.0.113.7").out()).contains("permits some senders: add --sender ADDRESS");
        assertThat(run("lookup", "203.0.113.7", "--sender", "gerard@example.org")
                        .exit())
                .isZero();
        assertThat(run("lookup", "203.0.113.7", "--sender", "gerard@example.com")
                        .out())
                .contains("the lease of gerard/default allows others");
    }

    @Test
    void whereNobodyCountsExplainSaysWhyAUserWithALimitIsNotPermitted() throws Exception {
        serve();
        limitedUser();
        Ended explained = run("explain", "203.0.113.7", "--sender", "gerard@example.org");
        assertThat(explained.exit()).isEqualTo(1);
        assertThat(explained.out()).contains("which only a unix socket of [lookup] listen keeps");
    }

    private void limitedUser() throws IOException {
        run("user", "add", "gerard");
        Files.writeString(state.resolve("users/gerard.toml"), "messages = \"2/h\"\n");
        run("reload");
        assertThat(run("grant", "gerard", "203.0.113.7").exit()).isZero();
    }

    @Test
    void theOperatorGrantsLooksUpExplainsAndRevokes() throws Exception {
        serve();
        run("user", "add", "gerard");
        assertThat(run("leases").exit()).isEqualTo(1);
        assertThat(run("lookup", "203.0.113.7").exit()).isEqualTo(1);
        Ended granted = run("grant", "gerard/printer", "203.0.113.7", "--term", "2h");
        assertThat(granted.exit()).as(granted.err()).isZero();
        assertThat(granted.out()).startsWith("granted gerard/printer 203.0.113.7 until ");
        assertThat(run("lookup", "203.0.113.7").exit()).isZero();
        assertThat(run("lookup", "::ffff:203.0.113.7").out())
                .startsWith("203.0.113.7 may relay: gerard/printer, until ");
        assertThat(run("explain", "203.0.113.7").out()).contains("operator").contains("permits");
        assertThat(run("explain", "203.0.113.8").out()).contains("no lease covers this address");
        var lease = Json.read(run("leases", "--json").out()).path("leases").get(0);
        assertThat(lease.propertyNames())
                .containsExactly(
                        "user",
                        "device",
                        "address",
                        "prefix",
                        "source",
                        "held",
                        "granted_at",
                        "renewed_at",
                        "expires_at",
                        "seconds_left",
                        "signs",
                        "relayed");
        assertThat(lease.path("seconds_left").asLong()).isBetween(7100L, 7200L);
        assertThat(run("leases").out())
                .contains("gerard/printer")
                .contains("203.0.113.7")
                .contains("1h 59m");
        assertThat(run("revoke", "203.0.113.7").out()).contains("revoked gerard/printer 203.0.113.7");
        assertThat(run("revoke", "203.0.113.7").exit()).isEqualTo(1);
        assertThat(run("lookup", "203.0.113.7").exit()).isEqualTo(1);
    }

    @Test
    void twoUsersOnOneAddressAreASignInLeasesExplainGrantAndHistory() throws Exception {
        serve();
        run("user", "add", "gerard");
        run("user", "add", "sam");
        run("grant", "sam", "203.0.113.7");
        assertThat(run("leases").out()).doesNotContain("SIGNS");
        Ended granted = run("grant", "gerard", "203.0.113.7");
        assertThat(granted.out()).contains("sam has a lease on this address too");
        assertThat(run("leases").out()).contains("SIGNS").contains("shared");
        assertThat(run("explain", "203.0.113.7").out())
                .contains("permits; sam has a lease on this address too")
                .contains("permits; gerard has a lease on this address too");
        for (String list : List.of("leases", "explain 203.0.113.7")) {
            var answer = Json.read(run((list + " --json").split(" ")).out());
            var rows = list.equals("leases") ? answer.path("leases") : answer.path("reasons");
            assertThat(rows.path(0).path("signs").path(0).path("sign").asString())
                    .as(list)
                    .isEqualTo("shared");
        }
        await().untilAsserted(() -> assertThat(
                        run("history", "--user", "gerard").out())
                .contains("gerard/default 203.0.113.7 by operator; sam has a lease on this address too"));
    }

    @Test
    void thePastIsExplainedFromTheRecordWithoutADaemon() throws Exception {
        assertThat(run("explain").err()).contains("a client ADDRESS, or a mail by --queue-id ID");
        assertThat(run("explain", "203.0.113.7", "--queue-id", "4a").exit()).isEqualTo(64);
        assertThat(run("explain", "203.0.113.7", "--at", "yesterday").err()).contains("write it like 2026-11-22T12:00");
        assertThat(run("explain", "203.0.113.7", "--at", "2199-01-01T00:00:00Z").err())
                .contains("is yet to come");
        assertThat(run("explain", "203.0.113.7", "--at", "2026-01-02T12:00Z", "--sender", "a@b")
                        .exit())
                .isEqualTo(64);
        Ended nothing = run("explain", "--queue-id", "4a");
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.out()).contains("There is no record in ");

        String lease = "\"user\":\"gerard\",\"device\":\"gwaihir\",\"address\":\"203.0.113.7\",\"source\":\"ssh\"";
        Files.createDirectories(state.resolve("history"));
        Files.writeString(state.resolve("history/20260102T120000000.jsonl"), """
                {"at":"2026-01-02T12:00:00Z","event":"granted",%1$s,"until":"2026-01-02T12:20:00Z","key":"SHA256:abc"}
                {"at":"2026-01-02T12:05:00Z","event":"mail","queue_id":"4a",%1$s,"granted_at":"2026-01-02T12:00:00Z","key":"SHA256:abc","sender":"gerard@example.org","recipients":2}
                {"at":"2026-01-02T12:20:00Z","event":"expired",%1$s,"until":"2026-01-02T12:20:00Z","granted_at":"2026-01-02T12:00:00Z","renewed_at":"2026-01-02T12:00:00Z","messages":1,"recipients":2}
                """.formatted(lease));
        Ended mail = run("explain", "--queue-id", "4a");
        assertThat(mail.exit()).isZero();
        assertThat(mail.out())
                .contains("4a was permitted at 2026-01-02T12:05:00Z: gerard/gwaihir, from 203.0.113.7")
                .contains("<gerard@example.org> to 2 recipients")
                .contains("granted at 2026-01-02T12:00:00Z by ssh with the key SHA256:abc")
                .contains("no limit");
        assertThat(run("explain", "--queue-id", "4").exit())
                .as("a part of a queue id")
                .isEqualTo(1);

        Ended then = run("explain", "203.0.113.7", "--at", "2026-01-02T13:10:00+01:00");
        assertThat(then.exit()).isZero();
        assertThat(then.out())
                .contains("At 2026-01-02T12:10:00Z 203.0.113.7 could relay: gerard/gwaihir")
                .contains("expired at 2026-01-02T12:20:00Z")
                .contains("mail  4a");
        Ended later = run("explain", "203.0.113.7", "--at", "2026-01-02T12:20:00Z");
        assertThat(later.exit()).isEqualTo(1);
        assertThat(later.out())
                .contains("nobody had a lease on 203.0.113.7; the last one, of gerard/gwaihir, was over at");
        assertThat(run("history", "--since", "3650d").out())
                .contains("relayed 1 message to 2 recipients")
                .doesNotContain("gerard@example.org");
        assertThat(run("history", "--since", "3650d", "--mails").out()).contains("gerard@example.org");
    }

    @Test
    void grantObeysTheNeverListTheTermAndTheUsers() throws Exception {
        serve();
        run("user", "add", "gerard");
        for (String never : List.of("0.0.0.0", "::")) {
            Ended ended = run("grant", "gerard", never);
            assertThat(ended.exit()).isEqualTo(77);
            assertThat(ended.err()).startsWith("refused address-not-allowed");
        }
        for (String none : List.of("example.org", "010.0.0.1")) {
            assertThat(run("grant", "gerard", none).exit()).as(none).isEqualTo(64);
        }
        assertThat(run("grant", "gerard", "203.0.113.7", "--term", "30d").err()).startsWith("refused term-too-long");
        for (String command : List.of("grant nobody 203.0.113.7", "revoke nobody", "revoke nobody/phone")) {
            Ended ended = run(command.split(" "));
            assertThat(ended.exit()).as(command).isEqualTo(1);
            assertThat(ended.err()).contains("there is no user 'nobody'; 'user list' shows all");
        }
        assertThat(run("grant", "gerard", "203.0.113.7", "--term", "soon").exit())
                .isEqualTo(64);
    }

    @Test
    void disablingOrRemovingAUserEndsItsLeasesAtOnce() throws Exception {
        serve();
        run("user", "add", "gerard");
        run("grant", "gerard", "203.0.113.7");
        assertThat(run("user", "disable", "gerard").out()).contains("1 lease ended");
        assertThat(run("lookup", "203.0.113.7").exit()).isEqualTo(1);
        run("user", "enable", "gerard");
        assertThat(run("lookup", "203.0.113.7").exit()).isEqualTo(1);
    }

    @Test
    void aReloadWithBadSettingsOrUsersKeepsTheFormerAndSaysWhy() throws Exception {
        serve();
        run("user", "add", "gerard");
        run("grant", "gerard", "203.0.113.7");
        Files.writeString(state.resolve("users/pippin.toml"), "sender = [\"@example.org\"]\n");
        Ended ended = run("reload");
        assertThat(ended.exit()).isEqualTo(78);
        assertThat(ended.err())
                .contains("nothing has changed")
                .contains("pippin.toml:1:1: ")
                .contains("senders");
        assertThat(run("lookup", "203.0.113.7").exit()).isZero();
        Files.delete(state.resolve("users/pippin.toml"));
        assertThat(run("reload").exit()).isZero();
    }

    @Test
    void statusShowsWhereItListensAndHowManyLeasesThereAre() throws Exception {
        serve();
        Ended ended = run("status");
        assertThat(ended.exit()).isZero();
        assertThat(ended.out())
                .contains("running")
                .contains("127.0.0.1:")
                .contains("leases.db")
                .contains("0 active");
        assertThat(Json.read(run("status", "--json").out()).path("leases").asLong())
                .isZero();
    }

    @Test
    void aSecondDaemonOnTheSameFolderIsRefusedAndTheFirstGoesOn() throws Exception {
        serve();
        Ended second = run("serve");
        assertThat(second.exit()).isEqualTo(73);
        assertThat(second.err()).contains(state.toString());
        assertThat(run("status").exit()).isZero();
    }

    @Test
    void theControlSocketIsForOwnerAndGroupOnly() throws Exception {
        serve();
        assertThat(Files.getPosixFilePermissions(state.resolve("run/control")))
                .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw----"));
    }

    @Test
    void completionScriptsNameEveryCommand() {
        for (String shell : List.of("bash", "zsh", "fish")) {
            assertThat(run("completion", shell).out())
                    .contains("explain")
                    .contains("user")
                    .contains("--watch".substring(2))
                    .doesNotContain("poll")
                    .doesNotContain("YOUR_APP_HOME");
        }
        assertThat(run("completion", "bash").out()).contains("'--log')", "\"text\" \"json\"", "\"128\" \"64\"");
        assertThat(run("completion", "fish").out())
                .contains("-s o -x", "-l log -x -a 'text json'", "-s h -l help", "-l state -r -F")
                .doesNotContain("-l  ");
    }
}
