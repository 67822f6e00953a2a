package org.scpbeforerelay.quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.quota.SpentElsewhere.Heard;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;

/** What other hosts have said of one user: how much of their totals is counted here already. Belongs to one thread. */
final class HeardOf {
    /** Longer than a word can come again. */
    private static final long REMEMBERED_MS = 2 * 3_600_000;

    private static final long RESTORED = Long.MIN_VALUE;

    private record Run(String writer, long epoch) {}

    private record Last(Heard heard, long atMs) {}

    private final Map<Run, Last> runs = new HashMap<>();

    /** The user's usage with what is new in it; null when nothing is. */
    @Nullable
    Usage take(SpentElsewhere spent, Usage usage, long nowMs) {
        Run run = new Run(spent.writer(), spent.epoch());
        Last last = runs.get(run);
        if (last != null && spent.sequence() <= last.heard.sequence()) {
            return null;
        }
        long thenMs = nowMs - Math.max(0, spent.ageMs());
        Heard heard = last == null ? null : last.heard;
        Usage fresh = new Usage(
                merged(usage.messages(), spent.messages(), heard == null ? null : heard.messages(), thenMs),
                merged(usage.recipients(), spent.recipients(), heard == null ? null : heard.recipients(), thenMs));
        if (heard == null) {
            runs.replaceAll((other, known) -> known.atMs == RESTORED ? new Last(known.heard, nowMs) : known);
            runs.entrySet()
                    .removeIf(known ->
                            known.getKey().writer.equals(run.writer) && nowMs - known.getValue().atMs > REMEMBERED_MS);
        }
        remember(
                new Heard(
                        spent.writer(),
                        spent.epoch(),
                        spent.sequence(),
                        total(spent.messages(), heard == null ? 0 : heard.messages()),
                        total(spent.recipients(), heard == null ? 0 : heard.recipients())),
                nowMs);
        return fresh;
    }

    /** {@code before}: the total that is counted already; null when this host was not heard before. */
    private static @Nullable Meter merged(
            @Nullable Meter meter, @Nullable Tally tally, @Nullable Long before, long thenMs) {
        if (tally == null) {
            return meter;
        }
        Meter then = meter == null ? Meter.unused(tally.rate(), thenMs) : meter.at(meter.rate(), thenMs);
        long news = before == null ? tally.own() : tally.total() - before;
        // What it had spent long before it could say so has come back there meanwhile.
        return news < 0 ? then.givenBack(-news) : then.spent(Math.min(news, tally.used()));
    }

    private static long total(@Nullable Tally tally, long before) {
        return tally == null ? before : tally.total();
    }

    /** Takes over what was recorded; when it was heard is not. */
    void restore(Heard heard) {
        remember(heard, RESTORED);
    }

    private void remember(Heard heard, long nowMs) {
        runs.put(new Run(heard.writer(), heard.epoch()), new Last(heard, nowMs));
    }

    List<Heard> all() {
        List<Heard> all = new ArrayList<>();
        runs.values().forEach(last -> all.add(last.heard));
        return all;
    }
}
