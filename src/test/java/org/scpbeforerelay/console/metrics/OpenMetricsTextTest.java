package org.scpbeforerelay.console.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.scpbeforerelay.clock.Timings;

/** The text format of OpenMetrics 1.0. */
final class OpenMetricsTextTest {
    @Test
    void familiesAreTogetherAndTheEndIsMarked() {
        OpenMetricsText text = new OpenMetricsText();
        text.counter("lookups", "Questions.", 3, "answer", "permit");
        text.gauge("leases", "Active leases.", 2);
        text.counter("lookups", "Questions.", 4, "answer", "not-authorised");
        text.info("build", "Which \"program\".", "version", "1\\2\n3");
        assertThat(text.text()).isEqualTo("""
                # TYPE scp_before_relay_lookups counter
                # HELP scp_before_relay_lookups Questions.
                scp_before_relay_lookups_total{answer="permit"} 3
                scp_before_relay_lookups_total{answer="not-authorised"} 4
                # TYPE scp_before_relay_leases gauge
                # HELP scp_before_relay_leases Active leases.
                scp_before_relay_leases 2
                # TYPE scp_before_relay_build info
                # HELP scp_before_relay_build Which \\"program\\".
                scp_before_relay_build_info{version="1\\\\2\\n3"} 1
                # EOF
                """);
    }

    @Test
    void timingsAreCumulativeBuckets() {
        Timings timings = Timings.ofSeconds(0.001, 0.5);
        timings.tookNs(1_000_000);
        timings.tookNs(1_000_001);
        timings.tookNs(600_000_000);
        OpenMetricsText text = new OpenMetricsText();
        text.timings("commit_seconds", "Commits.", timings.read(), "store", "embedded");
        assertThat(text.text()).isEqualTo("""
                # TYPE scp_before_relay_commit_seconds histogram
                # UNIT scp_before_relay_commit_seconds seconds
                # HELP scp_before_relay_commit_seconds Commits.
                scp_before_relay_commit_seconds_bucket{store="embedded",le="0.001"} 1
                scp_before_relay_commit_seconds_bucket{store="embedded",le="0.5"} 2
                scp_before_relay_commit_seconds_bucket{store="embedded",le="+Inf"} 3
                scp_before_relay_commit_seconds_count{store="embedded"} 3
                scp_before_relay_commit_seconds_sum{store="embedded"} 0.602000001
                # EOF
                """);
    }
}
