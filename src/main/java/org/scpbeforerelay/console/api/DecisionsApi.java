package org.scpbeforerelay.console.api;

import java.io.IOException;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.console.follow.MinuteCounts;
import org.scpbeforerelay.console.follow.MinuteCounts.What;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/decisions}: what mail servers were told. */
final class DecisionsApi {
    private static final int MINUTES = 180;

    private final ConsoleDesk desk;
    private final Follower follower;

    DecisionsApi(ConsoleDesk desk, Follower follower) {
        this.desk = desk;
        this.follower = follower;
    }

    void answer(Visit visit) throws IOException {
        ObjectNode answer = Json.object();
        ArrayNode counts = answer.putArray("counts");
        for (ConsoleDesk.AnswerCount one : desk.answers()) {
            counts.addObject()
                    .put("protocol", one.protocol())
                    .put("answer", one.answer())
                    .put("count", one.count());
        }
        minutes(answer.putArray("minutes"));
        ArrayNode last = answer.putArray("last");
        for (ConsoleDesk.Asked one : desk.lastAsked()) {
            ObjectNode row = last.addObject()
                    .put("at", Json.time(one.atMs()))
                    .put("address", one.address().toString())
                    .put("answer", one.answer())
                    .put("protocol", one.protocol());
            if (one.who() != null) {
                row.put("who", one.who().toString());
            }
        }
        visit.answer(200, answer);
    }

    private void minutes(ArrayNode minutes) {
        long nowMs = desk.now().wallMs();
        MinuteCounts counts = follower.minutes();
        int[] permitted = counts.last(MINUTES, What.PERMITTED, nowMs);
        int[] notPermitted = counts.last(MINUTES, What.NOT_PERMITTED, nowMs);
        int[] announced = counts.last(MINUTES, What.ANNOUNCED, nowMs);
        int[] refused = counts.last(MINUTES, What.REFUSED, nowMs);
        long first = nowMs - nowMs % 60_000 - (MINUTES - 1) * 60_000L;
        for (int i = 0; i < MINUTES; i++) {
            minutes.addObject()
                    .put("at", Json.time(first + i * 60_000L))
                    .put("permitted", permitted[i])
                    .put("not_permitted", notPermitted[i])
                    .put("announced", announced[i])
                    .put("refused", refused[i]);
        }
    }
}
