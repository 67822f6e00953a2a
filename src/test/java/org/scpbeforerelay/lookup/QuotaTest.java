package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;

/** Quotas as a mail server meets them: by the policy protocol, on a unix socket. */
final class QuotaTest {
    private static final String HOME = "203.0.113.7";
    private static final Rate TWO = Rate.parse("2/h");
    private static final Rate THREE = Rate.parse("3/h");

    @TempDir
    Path folder;

    private RelayHost host;

    @BeforeEach
    void start() throws IOException {
        host = new RelayHost(folder).ready();
    }

    @AfterEach
    void stop() {
        host.close();
    }

    @Test
    void messagesAreCountedOnceAndTheNextIsDeferredWithTheReasonAndWhenItEnds() throws IOException {
        limited("gerard", TWO, null);
        assertThat(rcpt("a", "one@example.net")).isEqualTo("OK");
        assertThat(rcpt("a", "two@example.net")).isEqualTo("OK");
        assertThat(rcpt("b", "one@example.net")).isEqualTo("OK");
        // One of two per hour comes back after half an hour.
        assertThat(rcpt("c", "one@example.net"))
                .startsWith("450 4.7.1 ")
                .contains("2 messages per hour")
                .endsWith(host.time.now().plusMs(1_800_000).wall().toString())
                .doesNotContain("gerard");
        assertThat(rcpt("b", "three@example.net"))
                .as("of a message that is counted")
                .isEqualTo("OK");
    }

    @Test
    void theNextMessageIsPermittedAtTheMillisecondThatWasSaid() throws IOException {
        limited("gerard", Rate.parse("2/m"), null);
        rcpt("a", "x@example.net");
        rcpt("b", "x@example.net");
        host.time.passMs(29_999);
        assertThat(rcpt("c", "x@example.net")).startsWith("450 ");
        host.time.passMs(1);
        assertThat(rcpt("c", "x@example.net")).isEqualTo("OK");
        assertThat(rcpt("d", "x@example.net")).startsWith("450 ");
    }

    @Test
    void whatOtherHostsHaveCountedIsCountedHereAlsoWhenItIsMuchAtOnce() throws IOException {
        Rate rate = Rate.parse("10000/d");
        limited("gerard", rate, null);
        rcpt("a", "x@example.net");
        List<SpentElsewhere> heard = new ArrayList<>();
        for (int i = 1; i <= 9_998; i++) {
            heard.add(new SpentElsewhere(
                    "relay2-0a1b2c3d", 7, i, new UserName("gerard"), new SpentElsewhere.Tally(rate, 1, i, i), null, 0));
        }
        host.listener().hear(heard);
        host.listener().hear(heard);
        await().untilAsserted(() -> assertThat(host.used("gerard")).isEqualTo(9_999));
        assertThat(rcpt("b", "x@example.net")).isEqualTo("OK");
        assertThat(rcpt("c", "x@example.net")).startsWith("450 ");
        host.restartListener();
        host.listener().hear(heard);
        assertThat(rcpt("d", "x@example.net")).startsWith("450 ");
        assertThat(host.used("gerard")).isEqualTo(10_000);
    }

    @Test
    void recipientsAreCountedOnceEach() throws IOException {
        limited("gerard", null, THREE);
        assertThat(rcpt("a", "one@example.net")).isEqualTo("OK");
        assertThat(rcpt("a", "one@example.net")).as("asked again").isEqualTo("OK");
        assertThat(rcpt("a", "two@example.net")).isEqualTo("OK");
        assertThat(rcpt("b", "one@example.net")).as("of another message").isEqualTo("OK");
        assertThat(rcpt("a", "three@example.net")).startsWith("450 4.7.1 ").contains("3 recipients per hour");
        assertThat(rcpt("a", "two@example.net")).isEqualTo("OK");
    }

    @Test
    void recipientsThatAnotherRuleRefusedAreGivenBackAtData() throws IOException {
        limited("gerard", null, THREE);
        rcpt("a", "one@example.net");
        rcpt("a", "two@example.net");
        rcpt("a", "three@example.net");
        assertThat(rcpt("b", "one@example.net")).startsWith("450 ");
        assertThat(ask("a", "", "DATA", 1)).isEqualTo("DUNNO");
        assertThat(rcpt("b", "one@example.net")).isEqualTo("OK");
        assertThat(rcpt("b", "two@example.net")).isEqualTo("OK");
        assertThat(rcpt("b", "three@example.net")).startsWith("450 ");
    }

    @Test
    void aRecipientThatWasGivenBackIsCountedWhenItIsAskedAboutAgain() throws IOException {
        limited("gerard", null, TWO);
        rcpt("a", "one@example.net");
        rcpt("a", "two@example.net");
        ask("a", "", "DATA", 1);
        assertThat(rcpt("a", "two@example.net")).isEqualTo("OK");
        assertThat(rcpt("b", "one@example.net")).startsWith("450 ");
    }

    @Test
    void dataOfAMessageOfSomebodyElseChangesNothing() throws IOException {
        limited("gerard", null, TWO);
        rcpt("a", "one@example.net");
        rcpt("a", "two@example.net");
        assertThat(ask("z", "", "DATA", 1)).isEqualTo("DUNNO");
        assertThat(ask("a", "", "DATA", 0)).isEqualTo("DUNNO");
        assertThat(ask("a", "", "DATA", 7)).isEqualTo("DUNNO");
        assertThat(rcpt("b", "one@example.net")).startsWith("450 ");
    }

    @Test
    void severalUsersOnOneAddressAreCountedOneAfterTheOther() throws IOException {
        limited("frodo", TWO, null);
        limited("gerard", TWO, null);
        for (String message : List.of("a", "b", "c", "d")) {
            assertThat(rcpt(message, "x@example.net")).as(message).isEqualTo("OK");
        }
        assertThat(rcpt("e", "x@example.net")).startsWith("450 ");
        host.user("sam", SenderRules.ANY);
        host.lease("sam", HOME);
        assertThat(rcpt("e", "x@example.net")).as("sam has no limit").isEqualTo("OK");
    }

    @Test
    void pitfall35_whatAnSmtpLoginMayOpenIsNeverClosed() throws IOException {
        limited("gerard", TWO, null);
        rcpt("a", "x@example.net");
        rcpt("b", "x@example.net");
        String asked = request("c", "x@example.net", "RCPT", 0).replace("sasl_username=", "sasl_username=gerard");
        assertThat(answer(host.unix(), asked)).startsWith("DEFER_IF_REJECT 4.7.1 ");
    }

    @Test
    void whereMessagesAreNotCountedAUserWithALimitIsAbsent() throws IOException {
        limited("gerard", TWO, null);
        assertThat(answer(host.tcp(), request("a", "x@example.net", "RCPT", 0))).isEqualTo("DUNNO");
        try (Asker asker = new Asker(host.unix())) {
            assertThat(asker.ask(Requests.socketmap("relay", HOME), 12)).isEqualTo("9:NOTFOUND ,");
        }
    }

    @Test
    void aMessageWithoutANameIsCountedAtEachRecipient() throws IOException {
        limited("gerard", TWO, null);
        assertThat(rcpt("", "one@example.net")).isEqualTo("OK");
        assertThat(rcpt("", "one@example.net")).isEqualTo("OK");
        assertThat(rcpt("", "one@example.net")).startsWith("450 ");
    }

    @Test
    void aReloadWithAnotherRateKeepsWhatIsUsed() throws IOException {
        limited("gerard", TWO, null);
        rcpt("a", "x@example.net");
        rcpt("b", "x@example.net");
        host.user("gerard", SenderRules.ANY, THREE, null);
        assertThat(rcpt("c", "x@example.net")).isEqualTo("OK");
        assertThat(rcpt("d", "x@example.net")).startsWith("450 ");
    }

    @Test
    void aRestartForgetsNothingAndTheSameQuestionAskedAgainIsNotCountedAgain() throws IOException {
        limited("gerard", THREE, THREE);
        rcpt("a", "one@example.net");
        rcpt("a", "two@example.net");
        restart();
        assertThat(rcpt("a", "two@example.net")).as("its answer was lost").isEqualTo("OK");
        assertThat(rcpt("b", "one@example.net")).isEqualTo("OK");
        restart();
        assertThat(rcpt("c", "one@example.net")).startsWith("450 ").contains("3 recipients per hour");
    }

    @Test
    void aFullDiskEndsNoMailAndLosesNothingOnceThereIsRoom() throws IOException {
        limited("gerard", TWO, null);
        host.diskIsFull = true;
        assertThat(rcpt("a", "x@example.net")).isEqualTo("OK");
        host.diskIsFull = false;
        host.time.passMs(1_000);
        assertThat(rcpt("b", "x@example.net")).isEqualTo("OK");
        restart();
        assertThat(rcpt("a", "y@example.net"))
                .as("of a message that is counted")
                .isEqualTo("OK");
        assertThat(rcpt("c", "x@example.net")).startsWith("450 ");
    }

    @Test
    void explainSaysWhatTheAnswerWillBeAndCountsNothing() throws IOException {
        limited("gerard", TWO, null);
        for (int i = 0; i < 5; i++) {
            assertThat(explain().decision()).isInstanceOf(RelayDecision.Permitted.class);
        }
        rcpt("a", "x@example.net");
        rcpt("b", "x@example.net");
        assertThat(explain().decision()).isInstanceOf(RelayDecision.OverQuota.class);
        assertThat(explain().leases().getFirst().usage())
                .isEqualTo(new Usage(
                        new Meter(TWO, 2 * TWO.periodMs(), host.time.now().monotonicMs()), null));
        assertThat(rcpt("c", "x@example.net")).startsWith("450 ");
    }

    @Test
    void ofAHundredConversationsAtOnceExactlyAsManyAreAcceptedAsTheLimitSays() throws Exception {
        limited("gerard", Rate.parse("237/d"), null);
        int conversations = 100;
        AtomicInteger accepted = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int c = 0; c < conversations; c++) {
                String name = "c" + c;
                all.add(() -> {
                    try (Asker asker = new Asker(host.unix())) {
                        for (int m = 0; m < 10; m++) {
                            asker.say(request(name + "." + m, "x@example.net", "RCPT", 0));
                            if (heard(asker).equals("OK")) {
                                accepted.incrementAndGet();
                            }
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
        }
        assertThat(accepted).hasValue(237);
    }

    /** Whoever is killed between two counts has left at most one that nobody was told of. */
    @Test
    void whatIsCountedIsSaidBeforeTheNextIsCounted() throws Exception {
        limited("gerard", Rate.parse("100/d"), null);
        List<Asker> askers = new ArrayList<>();
        CountDownLatch allHaveAsked = new CountDownLatch(1);
        List<Integer> unsaid = new CopyOnWriteArrayList<>();
        AtomicInteger said = new AtomicInteger();
        host.beforeRecording = () -> {
            try {
                assertThat(allHaveAsked.await(1, TimeUnit.MINUTES)).isTrue();
                for (Asker asker : askers) {
                    said.addAndGet(asker.hearNow() > 0 ? 1 : 0);
                }
                unsaid.add(unsaid.size() - said.get());
            } catch (InterruptedException | IOException e) {
                throw new IllegalStateException(e);
            }
        };
        try {
            for (int i = 0; i < 50; i++) {
                askers.add(new Asker(host.unix()));
                askers.get(i).say(request("m" + i, "x@example.net", "RCPT", 0));
            }
            allHaveAsked.countDown();
            await().until(() -> unsaid.size() == 50);
            assertThat(unsaid).containsOnly(0);
        } finally {
            for (Asker asker : askers) {
                asker.close();
            }
        }
    }

    private RelayDesk.Explanation explain() {
        return host.registry.explain(new RelayQuestion(RelayHost.address(HOME), "gerard@example.org"));
    }

    private void limited(String user, @Nullable Rate messages, @Nullable Rate recipients) {
        host.user(user, SenderRules.ANY, messages, recipients);
        host.lease(user, HOME);
    }

    private void restart() throws IOException {
        host.restartListener();
    }

    private String rcpt(String instance, String recipient) throws IOException {
        return ask(instance, recipient, "RCPT", 0);
    }

    private String ask(String instance, String recipient, String stage, int count) throws IOException {
        return answer(host.unix(), request(instance, recipient, stage, count));
    }

    private static String answer(ListenAddress door, String request) throws IOException {
        try (Asker asker = new Asker(door)) {
            asker.say(request);
            return heard(asker);
        }
    }

    private static String heard(Asker asker) throws IOException {
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf("\n\n") < 0) {
            String more = asker.hear(1);
            if (more.isEmpty()) {
                throw new IOException("closed after: " + heard);
            }
            heard.append(more);
        }
        return heard.substring("action=".length(), heard.length() - 2);
    }

    private static String request(String instance, String recipient, String stage, int count) {
        return Requests.policy(HOME, instance)
                .replace("recipient=frodo@example.net", "recipient=" + recipient)
                .replace("protocol_state=RCPT", "protocol_state=" + stage)
                .replace("recipient_count=0", "recipient_count=" + count);
    }
}
