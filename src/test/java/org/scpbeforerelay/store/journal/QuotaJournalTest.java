package org.scpbeforerelay.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.MessageName;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.store.StoreException;

/** What was counted is there again: after an end, a kill, a reboot, a cut-off line, a damaged one. */
final class QuotaJournalTest {
    private static final long SEED = 14;
    private static final UserName GERARD = new UserName("gerard");
    private static final UserName SAM = new UserName("sam");
    private static final Rate HOURLY = Rate.parse("200/h");
    private static final MessageName MESSAGE =
            new MessageName("4f2.6740a1b2.c3d4e.0", SampleLeases.address("2001:db8::7"));

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final List<QuotaJournal> opened = new ArrayList<>();
    private QuotaLedger ledger = new QuotaLedger();
    private Path file;
    private QuotaJournal journal;

    @BeforeEach
    void open() throws StoreException {
        file = folder.resolve("quotas");
        journal = reopen();
    }

    @AfterEach
    void close() {
        opened.forEach(QuotaJournal::close);
    }

    @Test
    void whatWasHeardOfOtherHostsIsCountedOnceAlsoAfterAKillAndAReplacement() throws StoreException {
        count(GERARD, 1L);
        SpentElsewhere spent = new SpentElsewhere("relay2-0a1b2c3d", 7, 3, GERARD, new Tally(HOURLY, 5, 5, 5), null, 0);
        QuotaEntry entry = ledger.hear(spent, nowMs());
        assertThat(entry).isNotNull();
        journal.append(java.util.Objects.requireNonNull(entry), clock.now());
        count(GERARD, 2L);
        assertThat(used(GERARD)).isEqualTo("7 messages, 2 recipients");
        for (int i = 0; i < 2; i++) {
            reopen();
            assertThat(used(GERARD)).isEqualTo("7 messages, 2 recipients");
            assertThat(ledger.hear(spent, nowMs())).isNull();
            journal.replace(ledger.all(nowMs()), clock.now());
        }
        ledger.hear(new SpentElsewhere("relay2-0a1b2c3d", 7, 9, GERARD, new Tally(HOURLY, 6, 8, 9), null, 0), nowMs());
        assertThat(used(GERARD)).isEqualTo("10 messages, 2 recipients");
    }

    @Test
    void whatWasAppendedIsThereWithoutClosing() throws StoreException {
        count(GERARD, 1L);
        count(GERARD, 2L);
        count(SAM, 3L);
        reopen();
        assertThat(used(GERARD)).isEqualTo("2 messages, 2 recipients");
        assertThat(used(SAM)).isEqualTo("1 messages, 1 recipients");
        assertThat(ledger.isRecipientCounted(MESSAGE, GERARD, 2, nowMs())).isTrue();
        assertThat(ledger.isRecipientCounted(MESSAGE, GERARD, 3, nowMs())).isFalse();
        assertThat(ledger.isRecipientCounted(MESSAGE, SAM, 3, nowMs())).isTrue();
    }

    @Test
    void whatWasGivenBackStaysGivenBack() throws StoreException {
        count(GERARD, 1L);
        count(GERARD, 2L);
        append(ledger.settle(MESSAGE, 1, nowMs()));
        reopen();
        assertThat(used(GERARD)).isEqualTo("2 messages, 1 recipients");
        assertThat(ledger.isRecipientCounted(MESSAGE, GERARD, 2, nowMs())).isFalse();
        assertThat(ledger.isMessageCounted(MESSAGE, GERARD, nowMs())).isTrue();
    }

    @Test
    void theTimeWhileItWasDownCounts() throws StoreException {
        count(GERARD, 1L);
        count(GERARD, 2L);
        clock.passMs(18_000);
        reopen();
        assertThat(used(GERARD)).isEqualTo("1 messages, 1 recipients");
    }

    @Test
    void afterARebootTheWallClockSaysHowMuchHasComeBackAndMessagesAreOver() throws StoreException {
        count(GERARD, 1L);
        count(GERARD, 2L);
        clock.reboot(17_999);
        reopen();
        assertThat(used(GERARD)).isEqualTo("2 messages, 2 recipients");
        assertThat(ledger.isMessageCounted(MESSAGE, GERARD, nowMs())).isFalse();
        clock.reboot(1);
        reopen();
        assertThat(used(GERARD)).isEqualTo("1 messages, 1 recipients");
    }

    @Test
    void aWallClockThatIsBehindAfterARebootGivesNothingBack() throws StoreException {
        count(GERARD, 1L);
        clock.reboot(-86_400_000);
        reopen();
        assertThat(used(GERARD)).isEqualTo("1 messages, 1 recipients");
    }

    @Test
    void theTimeBetweenAMetersLastUseAndTheLastLineCountsThroughARebootToo() throws StoreException {
        count(GERARD, 1L);
        clock.passMs(10_000);
        append(ledger.count(new Charge(GERARD, null, HOURLY), MESSAGE, 2L, nowMs()));
        clock.reboot(8_000);
        reopen();
        assertThat(used(GERARD)).isEqualTo("0 messages, 1 recipients");
    }

    @Test
    void aLineCutOffByAPowerCutIsNotTaken() throws Exception {
        count(GERARD, 1L);
        byte[] whole = Files.readAllBytes(file);
        count(GERARD, 2L);
        byte[] longer = Files.readAllBytes(file);
        for (int length = whole.length; length < longer.length; length++) {
            Files.write(file, Arrays.copyOf(longer, length));
            reopen();
            assertThat(used(GERARD)).as("cut at %d", length).isEqualTo("1 messages, 1 recipients");
        }
    }

    @Test
    void aDamagedLineIsPassedOverAndTheNextOfThatUserMakesItGood() throws Exception {
        count(GERARD, 1L);
        count(GERARD, 2L);
        count(GERARD, 3L);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(2, lines.get(2).replace(":1440000", ":0000000").replaceFirst("gerard", "gerarf"));
        Files.write(file, lines);
        reopen();
        assertThat(used(GERARD)).isEqualTo("3 messages, 3 recipients");
        assertThat(ledger.usage(new UserName("gerarf"))).isEqualTo(Usage.NONE);
    }

    @Test
    void randomDamageNeverEndsTheStartAndNeverCountsLessThanTheLinesThatAreWhole() throws Exception {
        for (long i = 1; i <= 20; i++) {
            count(GERARD, i);
        }
        byte[] whole = Files.readAllBytes(file);
        int head = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
        Random random = new Random(SEED);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            int at = head + random.nextInt(whole.length - head);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            reopen();
            assertThat(used(GERARD))
                    .isIn(
                            "20 messages, 20 recipients",
                            "19 messages, 19 recipients",
                            // The line feed between the last two.
                            "18 messages, 18 recipients");
        }
    }

    @Test
    void aFileThatIsNoRecordIsSetAside() throws Exception {
        count(GERARD, 1L);
        Files.writeString(file, "IP 0\n");
        reopen();
        assertThat(ledger.usage(GERARD)).isEqualTo(Usage.NONE);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .contains("quotas")
                    .anyMatch(name -> name.startsWith("quotas.damaged-"));
        }
    }

    @Test
    void aLongFileIsWrittenAnewAndSaysTheSame() throws Exception {
        long length = 0;
        for (long i = 1; i <= 200_000 && Files.size(file) >= length; i++) {
            length = Files.size(file);
            clock.passMs(18_000);
            count(GERARD, null);
        }
        assertThat(length).isGreaterThan(QuotaJournal.LONG_BYTES);
        assertThat(Files.size(file)).isLessThan(1_000);
        String before = used(GERARD);
        reopen();
        assertThat(used(GERARD)).isEqualTo(before);
    }

    @Test
    void whoIsUnusedAgainIsForgottenWhenItIsWrittenAnew() throws Exception {
        count(GERARD, null);
        clock.passMs(3_600_000);
        reopen();
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    @Test
    void onlyTheDaemonMayReadIt() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whereItCannotBeWrittenTheReasonAndTheRemedyAreSaid() throws Exception {
        Path away = folder.resolve("away");
        QuotaJournal nowhere = new QuotaJournal(away.resolve("quotas"), clock.bootId(), clock.now());
        opened.add(nowhere);
        assertThatThrownBy(() -> nowhere.replace(List.of(), clock.now()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(away.toString())
                .hasMessageContaining("make room");
        assertThat(nowhere.failure()).isNotNull();
        assertThat(nowhere.wantsReplacing()).isTrue();
        Files.createDirectory(away);
        nowhere.replace(List.of(), clock.now());
        assertThat(nowhere.failure()).isNull();
    }

    private void count(UserName user, @Nullable Long recipient) throws StoreException {
        append(ledger.count(
                new Charge(user, HOURLY, recipient == null ? null : HOURLY),
                recipient == null ? null : MESSAGE,
                recipient,
                nowMs()));
    }

    private void append(@Nullable QuotaEntry entry) throws StoreException {
        assertThat(entry).isNotNull();
        if (entry == null) {
            return;
        }
        if (journal.wantsReplacing()) {
            journal.replace(ledger.all(nowMs()), clock.now());
        } else {
            journal.append(entry, clock.now());
        }
    }

    /** As the daemon does at its start, whatever became of the former one. */
    private QuotaJournal reopen() throws StoreException {
        ledger = new QuotaLedger();
        journal = new QuotaJournal(file, clock.bootId(), clock.now());
        opened.add(journal);
        journal.load(ledger::restore);
        journal.replace(ledger.all(nowMs()), clock.now());
        return journal;
    }

    private String used(UserName user) {
        Usage usage = ledger.usage(user);
        return used(usage.messages()) + " messages, " + used(usage.recipients()) + " recipients";
    }

    private long used(@Nullable Meter meter) {
        return meter == null ? 0 : meter.at(HOURLY, nowMs()).used();
    }

    private long nowMs() {
        return clock.now().monotonicMs();
    }
}
