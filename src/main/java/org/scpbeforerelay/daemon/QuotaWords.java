package org.scpbeforerelay.daemon;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.Exhausted.Counted;
import org.scpbeforerelay.quota.Meter;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What users have used of their limits, for people and programs. */
final class QuotaWords {
    private QuotaWords() {}

    /** {@code ; 3 of 200 messages per hour are used, none from 12:20 on}; a clause for each limit, empty without. */
    static String clauses(@Nullable Usage usage, Moment now) {
        return usage == null
                ? ""
                : clause(usage.messages(), Counted.MESSAGES, now) + clause(usage.recipients(), Counted.RECIPIENTS, now);
    }

    private static String clause(@Nullable Meter meter, Counted what, Moment now) {
        if (meter == null) {
            return "";
        }
        String used = "; " + (meter.used() == 0 ? "none" : meter.used()) + " of "
                + Exhausted.limitText(what, meter.rate()) + (meter.used() == 1 ? " is used" : " are used");
        if (!meter.hasRoom()) {
            return used + ", the next is possible at " + end(meter.waitMs(), now);
        }
        return meter.used() == 0 ? used : used + ", all are there again at " + end(meter.fullInMs(), now);
    }

    /** What is said in the end when a limit is reached. */
    static String over(Exhausted limit, Moment now) {
        return " for the moment: the limit of " + limit.limitText() + " of " + limit.user()
                + " is reached, the next is possible at " + end(limit.waitMs(), now);
    }

    /** Adds the same for programs. */
    static ObjectNode describe(ObjectNode row, @Nullable Usage usage, Moment now) {
        if (usage != null) {
            ArrayNode quotas = row.putArray("quotas");
            describe(quotas, usage.messages(), Counted.MESSAGES, now);
            describe(quotas, usage.recipients(), Counted.RECIPIENTS, now);
        }
        return row;
    }

    private static void describe(ArrayNode quotas, @Nullable Meter meter, Counted what, Moment now) {
        if (meter != null) {
            quotas.addObject()
                    .put("what", what.text())
                    .put("limit", meter.rate().toString())
                    .put("used", meter.used())
                    .put("next_at", end(meter.waitMs(), now))
                    .put("unused_at", end(meter.fullInMs(), now));
        }
    }

    private static String end(long inMs, Moment now) {
        return Json.second(now.wallMs() + inMs + 999);
    }
}
