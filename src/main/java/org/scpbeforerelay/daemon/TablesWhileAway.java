package org.scpbeforerelay.daemon;

import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.sink.table.TableException;
import org.scpbeforerelay.sink.table.TableExpirer;
import org.scpbeforerelay.sink.table.TableTools;

/** The access tables while there is no daemon: what is over in them ends all the same. */
public final class TablesWhileAway {
    private TablesWhileAway() {}

    /**
     * What was done.
     *
     * @param done a sentence for each table, or one that says that the daemon is there
     * @param failures what could not be done, with the remedy
     */
    public record Outcome(List<String> done, List<String> failures) {}

    /** One run over all tables. */
    public static Outcome expire(Places places) {
        List<String> done = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try {
            TableExpirer.Report report =
                    new TableExpirer(places.tablesDirectory(), TableTools.ofPath(), new SystemClock()).expire();
            if (report.daemonAlive()) {
                done.add("the daemon is there and keeps the tables itself");
            }
            for (TableExpirer.Outcome outcome : report.tables()) {
                String failure = outcome.failure();
                if (failure == null) {
                    done.add(outcome.table() + ": " + outcome.ended() + " ended, " + outcome.left() + " left");
                } else {
                    failures.add(outcome.table() + ": " + failure);
                }
            }
        } catch (TableException e) {
            failures.add(String.valueOf(e.getMessage()));
        }
        return new Outcome(done, failures);
    }
}
