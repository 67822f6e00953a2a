package org.scpbeforerelay.store.journal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.MessageName;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.quota.SpentElsewhere.Heard;
import org.scpbeforerelay.quota.Usage;

/**
 * One line of the journal.
 *
 * @param writtenAt by both clocks
 */
record QuotaLine(Moment writtenAt, QuotaEntry entry) {
    private static final String NOTHING = "-";
    private static final int FIELDS_WITHOUT_MESSAGE = 6;
    private static final int FIELDS = 10;
    private static final int FIELDS_HEARD = 7;
    private static final String HEARD = "heard";

    /** With its line feed. */
    String text() {
        Usage usage = entry.usage();
        String text = writtenAt.wallMs() + " " + writtenAt.monotonicMs() + " " + entry.user() + " "
                + meter(usage.messages()) + " " + meter(usage.recipients()) + " "
                + (entry.heard() == null ? share(entry.share()) : heard(entry.heard()));
        return text + " " + checksum(text) + "\n";
    }

    /** {@link IllegalArgumentException} when the line is damaged. */
    static QuotaLine parse(String line) {
        int end = line.lastIndexOf(' ');
        if (end < 0 || !checksum(line.substring(0, end)).equals(line.substring(end + 1))) {
            throw new IllegalArgumentException("the line is damaged");
        }
        String[] fields = line.substring(0, end).split(" ", -1);
        boolean isHeard = fields.length == FIELDS_HEARD && fields[5].equals(HEARD);
        if (fields.length != FIELDS && fields.length != FIELDS_WITHOUT_MESSAGE && !isHeard) {
            throw new IllegalArgumentException("a line of " + fields.length + " fields");
        }
        return new QuotaLine(
                new Moment(Long.parseLong(fields[0]), Long.parseLong(fields[1])),
                new QuotaEntry(
                        new UserName(fields[2]),
                        new Usage(meter(fields[3]), meter(fields[4])),
                        fields.length == FIELDS ? share(fields) : null,
                        isHeard ? heard(fields[6]) : null));
    }

    /** The same in terms of another boot, whose clocks show {@code now}: its messages are over. */
    QuotaEntry afterReboot(Moment now) {
        Usage usage = entry.usage();
        return new QuotaEntry(
                entry.user(),
                new Usage(afterReboot(usage.messages(), now), afterReboot(usage.recipients(), now)),
                null,
                entry.heard());
    }

    private @Nullable Meter afterReboot(@Nullable Meter meter, Moment now) {
        if (meter == null) {
            return null;
        }
        long before = Math.max(0, writtenAt.monotonicMs() - meter.atMs());
        long since = Math.max(0, now.wallMs() - writtenAt.wallMs());
        return meter.carriedOver(before + since, now.monotonicMs());
    }

    private static String meter(@Nullable Meter meter) {
        return meter == null
                ? NOTHING
                : meter.rate().count() + "/" + meter.rate().periodMs() + ":" + meter.debt() + "@" + meter.atMs();
    }

    private static @Nullable Meter meter(String text) {
        if (text.equals(NOTHING)) {
            return null;
        }
        String[] numbers = text.split("[/:@]", -1);
        if (numbers.length != 4) {
            throw new IllegalArgumentException("no meter: " + text);
        }
        return new Meter(
                new Rate(Long.parseLong(numbers[0]), Long.parseLong(numbers[1])),
                Long.parseLong(numbers[2]),
                Long.parseLong(numbers[3]));
    }

    private static String share(QuotaEntry.@Nullable Share share) {
        return share == null
                ? NOTHING
                : share.message().instance() + " " + share.message().client() + " " + share.atMs() + " "
                        + share.recipients() + " " + (share.whole() ? "=" : "+")
                        + share.seen().stream().map(Long::toHexString).collect(Collectors.joining(","));
    }

    private static QuotaEntry.Share share(String[] fields) {
        String seen = fields[9].substring(1);
        return new QuotaEntry.Share(
                new MessageName(
                        fields[5],
                        ClientAddress.tryParse(fields[6])
                                .orElseThrow(() -> new IllegalArgumentException("no address: " + fields[6]))),
                Long.parseLong(fields[7]),
                Long.parseLong(fields[8]),
                fields[9].charAt(0) == '=',
                seen.isEmpty()
                        ? List.of()
                        : Arrays.stream(seen.split(",", -1))
                                .map(digest -> Long.parseUnsignedLong(digest, 16))
                                .toList());
    }

    private static String heard(List<Heard> heard) {
        return HEARD + " "
                + (heard.isEmpty()
                        ? NOTHING
                        : heard.stream()
                                .map(one -> one.writer() + ":" + one.epoch() + ":" + one.sequence() + ":"
                                        + one.messages() + ":" + one.recipients())
                                .collect(Collectors.joining(",")));
    }

    private static List<Heard> heard(String text) {
        List<Heard> heard = new ArrayList<>();
        for (String one : text.equals(NOTHING) ? new String[0] : text.split(",", -1)) {
            String[] parts = one.split(":", -1);
            heard.add(new Heard(
                    parts[0],
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4])));
        }
        return heard;
    }

    static String checksum(String text) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }
}
