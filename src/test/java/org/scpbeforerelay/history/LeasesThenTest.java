package org.scpbeforerelay.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.address.ClientAddress;

/** Who could relay at a past time, as far as the record tells. */
final class LeasesThenTest {
    private static final String DAY = "2026-11-22T";

    @TempDir
    Path folder;

    private LeasesThen.Found find(List<String> lines, String address, String time) throws IOException {
        Files.write(folder.resolve("20261122T000000000.jsonl"), lines);
        return LeasesThen.find(
                new HistoryReader(folder),
                ClientAddress.tryParse(address).orElseThrow(),
                Instant.parse(DAY + time + ":00Z"));
    }

    private static String at(String time) {
        return "\"" + DAY + time + ":00Z\"";
    }

    private static String granted(String time, String who, String address, String until) {
        return "{\"at\":%s,\"event\":\"granted\",\"user\":\"%s\",\"device\":\"d\",\"address\":\"%s\",\"source\":\"ssh\",\"until\":%s}"
                .formatted(at(time), who, address, at(until));
    }

    private static String ended(String event, String time, String who, String address, String granted, String until) {
        return "{\"at\":%s,\"event\":\"%s\",\"user\":\"%s\",\"device\":\"d\",\"address\":\"%s\",\"source\":\"ssh\",\"until\":%s,\"granted_at\":%s}"
                .formatted(at(time), event, who, address, at(until), at(granted));
    }

    private static String about(String event, String field, String time) {
        return "{\"at\":%s,\"event\":\"%s\",\"%s\":\"203.0.113.7\"}".formatted(at(time), event, field);
    }

    /** A lease that was granted at 12:00 for 20 minutes, renewed to 13:20, and swept a minute late. */
    @ParameterizedTest
    @CsvSource({"11:59, ''", "12:00, YES", "12:30, YES", "13:19, YES", "13:20, ''", "13:21, ''", "14:00, ''"})
    void aLeaseWasActiveFromItsGrantToItsEnd(String time, String expected) throws IOException {
        List<String> record = List.of(
                granted("12:00", "gerard", "203.0.113.7", "12:20"),
                ended("expired", "13:21", "gerard", "203.0.113.7", "12:00", "13:20"));
        assertThat(find(record, "203.0.113.7", time).leases().stream()
                        .map(lease -> lease.sure().name()))
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @CsvSource({"12:29, YES", "12:30, ''"})
    void aRevocationEndsItAtOnce(String time, String expected) throws IOException {
        List<String> record = List.of(
                granted("12:00", "gerard", "203.0.113.7", "12:20"),
                ended("revoked", "12:30", "gerard", "203.0.113.7", "12:00", "12:40"));
        assertThat(find(record, "203.0.113.7", time).leases()).hasSize(expected.isEmpty() ? 0 : 1);
    }

    @Test
    void withoutAnEndItIsSureForTheFirstTermOnly() throws IOException {
        List<String> record = List.of(granted("12:00", "gerard", "203.0.113.7", "12:20"));
        assertThat(find(record, "203.0.113.7", "12:19").leases().getFirst().sure())
                .isEqualTo(LeasesThen.Sure.YES);
        assertThat(find(record, "203.0.113.7", "12:20").leases().getFirst().sure())
                .isEqualTo(LeasesThen.Sure.UNKNOWN);
    }

    @Test
    void aGrantAnewTellsThatTheFormerOneEndedUnrecorded() throws IOException {
        List<String> record = List.of(
                granted("10:00", "gerard", "203.0.113.7", "10:20"),
                granted("12:00", "gerard", "203.0.113.7", "12:20"),
                ended("expired", "12:20", "gerard", "203.0.113.7", "12:00", "12:20"));
        LeasesThen.Found found = find(record, "203.0.113.7", "11:00");
        assertThat(found.leases()).hasSize(1);
        assertThat(found.leases().getFirst().sure()).isEqualTo(LeasesThen.Sure.UNKNOWN);
        assertThat(found.leases().getFirst().grantedAt()).startsWith(DAY + "10:00");
    }

    @Test
    void anEndAloneTellsOfAGrantThatIsTooOldToBeKept() throws IOException {
        List<String> record = List.of(ended("expired", "13:20", "gerard", "203.0.113.7", "12:00", "13:20"));
        LeasesThen.Found found = find(record, "203.0.113.7", "12:30");
        assertThat(found.leases().getFirst().who()).isEqualTo("gerard/d");
        assertThat(found.leases().getFirst().grantedAt()).startsWith(DAY + "12:00");
    }

    @Test
    void severalUsersOnTheAddressAreThereAndOtherAddressesAreNot() throws IOException {
        List<String> record = List.of(
                granted("12:00", "gerard", "203.0.113.7", "12:20"),
                granted("12:01", "sam", "203.0.113.7", "12:21"),
                granted("12:02", "frodo", "203.0.113.70", "12:22"),
                ended("revoked", "12:05", "sam", "203.0.113.7", "12:01", "12:21"));
        assertThat(find(record, "203.0.113.7", "12:10").leases().stream().map(LeasesThen.Then::who))
                .containsExactly("gerard/d");
        LeasesThen.Found found = find(record, "203.0.113.7", "12:04");
        assertThat(found.leases().stream().map(LeasesThen.Then::who)).containsExactlyInAnyOrder("gerard/d", "sam/d");
    }

    @Test
    void aWholeNetworkCoversItsAddresses() throws IOException {
        List<String> record = List.of(granted("12:00", "gerard", "2001:db8:1:2::/64", "12:20"));
        assertThat(find(record, "2001:db8:1:2::7", "12:10").leases()).hasSize(1);
        assertThat(find(record, "2001:db8:1:3::7", "12:10").leases()).isEmpty();
    }

    @Test
    void mailAndRefusalsOfTheMinutesAroundAreToldAndTheLastEndBefore() throws IOException {
        List<String> record = List.of(
                granted("11:00", "gerard", "203.0.113.7", "11:20"),
                ended("expired", "11:20", "gerard", "203.0.113.7", "11:00", "11:20"),
                about("mail", "address", "11:10"),
                about("refused", "from", "11:55"),
                about("refused", "from", "12:30"));
        LeasesThen.Found found = find(record, "203.0.113.7", "12:00");
        assertThat(found.leases()).isEmpty();
        assertThat(found.others()).hasSize(1);
        assertThat(found.lastEnd()).isNotNull();
        assertThat(find(record, "203.0.113.7", "11:10").others()).hasSize(1);
    }
}
