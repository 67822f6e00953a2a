package org.scpbeforerelay.console.metrics;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.lease.LeaseSource;

/** What {@code GET /metrics} says: the daemon's figures, and those that follow from what happens to leases. */
public final class MetricsDesk {
    private final ConsoleDesk desk;
    private final Follower follower;

    public MetricsDesk(ConsoleDesk desk, Follower follower) {
        this.desk = desk;
        this.follower = follower;
    }

    /** The figures now. */
    public String text() {
        OpenMetricsText text = new OpenMetricsText();
        desk.measure(text);
        text.gauge(
                "problems",
                "How many things are wrong; the status command and the console say which.",
                desk.status().path("problems").size());
        announcements(text);
        decisions(text);
        text.gauge(
                "console_streams",
                "Who listens to server-sent events now.",
                follower.broadcast().listeners());
        return text.text();
    }

    private void announcements(Figures figures) {
        for (Map.Entry<LeaseSource, Map<String, LongAdder>> source :
                follower.announcements().entrySet()) {
            source.getValue()
                    .forEach((outcome, count) -> figures.counter(
                            "announcements",
                            "Announcements by the way they came in and what became of them: granted, renewed, or why refused.",
                            count.sum(),
                            "source",
                            source.getKey().text(),
                            "outcome",
                            outcome));
        }
        follower.ends()
                .forEach((how, count) ->
                        figures.counter("leases_ended", "Leases that ended, by how.", count.sum(), "how", how));
        figures.timings(
                "expiry_lag_seconds",
                "How long after its end an expired lease was swept; lookups never wait for that.",
                follower.expiryLag().read());
    }

    private void decisions(Figures figures) {
        for (ConsoleDesk.AnswerCount one : desk.answers()) {
            figures.counter(
                    "lookups",
                    "Questions of mail servers by protocol and answer.",
                    one.count(),
                    "protocol",
                    one.protocol(),
                    "answer",
                    one.answer());
        }
    }
}
