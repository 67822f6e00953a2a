package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.announce.SenderRules;

/** What is told of mail, stage by stage. */
final class MailWatchTest {
    private static final String HOME = "203.0.113.7";

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

    private String ask(String stage, String instance, String queueId, int recipients) throws IOException {
        return ask(stage, instance, queueId, recipients, "gerard@example.org", HOME);
    }

    private String ask(String stage, String instance, String queueId, int recipients, String sender, String client)
            throws IOException {
        return ask(host.unix(), stage, instance, queueId, recipients, sender, client);
    }

    private static String ask(
            ListenAddress door,
            String stage,
            String instance,
            String queueId,
            int recipients,
            String sender,
            String client)
            throws IOException {
        try (Asker asker = new Asker(door)) {
            asker.say("""
                    request=smtpd_access_policy
                    protocol_state=%s
                    client_address=%s
                    sender=%s
                    recipient=frodo@example.net
                    recipient_count=%d
                    queue_id=%s
                    instance=%s

                    """.formatted(stage, client, sender, recipients, queueId, instance));
            StringBuilder heard = new StringBuilder();
            while (heard.indexOf("\n\n") < 0) {
                heard.append(asker.hear(1));
            }
            return heard.toString().strip();
        }
    }

    @Test
    void aMessageIsToldOnceWithItsQueueIdAndItsTrueNumberOfRecipients() throws IOException {
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0);
        ask("RCPT", "m.1", "4AbC", 0);
        ask("RCPT", "m.1", "4AbC", 0);
        ask("DATA", "m.1", "4AbC", 2);
        ask("END-OF-MESSAGE", "m.1", "4AbC", 2);

        assertThat(host.watched.told)
                .containsExactly(
                        "permitted gerard/gwaihir new",
                        "permitted gerard/gwaihir",
                        "permitted gerard/gwaihir",
                        "accepted gerard/gwaihir 203.0.113.7 4AbC <gerard@example.org> 2 less 1");
    }

    /** Whoever can connect to it can have told it: on a port of the loopback, every user of the host. */
    @Test
    void whatIsToldOnATcpPortIsToldAsSuch() throws IOException {
        host.user("gerard", new SenderRules(List.of("@example.org")));
        host.lease("gerard/gwaihir", HOME);
        ask(host.tcp(), "RCPT", "m.1", "", 0, "gerard@example.org", HOME);
        ask(host.tcp(), "DATA", "m.1", "4AbC", 1, "gerard@example.org", HOME);
        ask(host.tcp(), "RCPT", "m.2", "", 0, "gerard@example.com", HOME);
        assertThat(host.watched.told)
                .containsExactly(
                        "permitted gerard/gwaihir new",
                        "accepted gerard/gwaihir 203.0.113.7 4AbC <gerard@example.org> 1 less 0 by tcp",
                        "turned away gerard/gwaihir m.2 <gerard@example.com> sender, told DUNNO by tcp");
    }

    @Test
    void atTheEndOfTheMessageWhereDataDoesNotAsk() throws IOException {
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0);
        ask("END-OF-MESSAGE", "m.1", "4AbC", 1);
        assertThat(host.watched.told)
                .last()
                .isEqualTo("accepted gerard/gwaihir 203.0.113.7 4AbC <gerard@example.org> 1 less 0");
    }

    @Test
    void mailThatNoLeaseOpenedIsNobodysBusiness() throws IOException {
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0, "gerard@example.org", "203.0.113.8");
        ask("DATA", "m.1", "4AbC", 1, "gerard@example.org", "203.0.113.8");
        ask("DATA", "m.2", "4AbD", 1);
        assertThat(host.watched.told).isEmpty();
        ask("RCPT", "m.3", "", 0);
        ask("DATA", "m.3", "4AbE", 1, "gerard@example.org", "203.0.113.8");
        assertThat(host.watched.told).as("from another client").hasSize(1);
    }

    @Test
    void aCountedMessageIsToldWithWhatIsUsedAndOneOverTheLimitAsTurnedAway() throws IOException {
        host.user("gerard", SenderRules.ANY, Rate.parse("1/h"), null);
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0);
        ask("DATA", "m.1", "4AbC", 1);
        ask("RCPT", "m.2", "", 0);
        assertThat(host.watched.told)
                .containsExactly(
                        "permitted gerard/gwaihir new",
                        "accepted gerard/gwaihir 203.0.113.7 4AbC <gerard@example.org> 1 less 0 counted",
                        "turned away gerard/gwaihir m.2 <gerard@example.org> 1 messages per hour, told 450");
    }

    @Test
    void aSenderOutsideTheAllowanceIsTurnedAwayAlsoWhereOtherRulesMayYetPermitIt() throws IOException {
        host.user("gerard", new SenderRules(List.of("@example.org")));
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0, "gerard@example.com", HOME);
        host.listener().adopt(new LookupSettings.PolicyChoices(true, false));
        ask("RCPT", "m.2", "", 0, "gerard@example.com", HOME);
        assertThat(host.watched.told)
                .containsExactly(
                        "turned away gerard/gwaihir m.1 <gerard@example.com> sender, told DUNNO",
                        "turned away gerard/gwaihir m.2 <gerard@example.com> sender, told REJECT");
    }

    @Test
    void aMessageThatTwoLeasesPermitCountsOnBoth() throws IOException {
        host.user("sam", SenderRules.ANY);
        host.lease("gerard/gwaihir", HOME);
        ask("RCPT", "m.1", "", 0);
        host.revoke(HOME);
        host.lease("sam/phone", HOME);
        ask("RCPT", "m.1", "", 0);
        ask("DATA", "m.1", "4AbC", 2);
        assertThat(host.watched.told)
                .containsExactly(
                        "permitted gerard/gwaihir new",
                        "permitted sam/phone new",
                        "accepted sam/phone 203.0.113.7 4AbC <gerard@example.org> 2 less 0");
    }
}
