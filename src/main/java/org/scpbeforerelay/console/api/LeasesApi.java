package org.scpbeforerelay.console.api;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.console.AccessToken;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.LeaseSearch;
import org.scpbeforerelay.console.OperatorHand;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.sign.Signs;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.LeaseView;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/leases}: looking at them, granting and revoking them. */
final class LeasesApi {
    private final ConsoleDesk desk;
    private final OperatorHand hand;

    LeasesApi(ConsoleDesk desk) {
        this.desk = desk;
        this.hand = new OperatorHand(desk);
    }

    void answer(Visit visit) throws Problem, IOException {
        switch (visit.method()) {
            case "GET" -> list(visit);
            case "POST" -> grant(visit);
            default ->
                throw new Problem(405, "method-not-allowed", "This cannot be done here", "leases take GET and POST");
        }
    }

    private void list(Visit visit) throws Problem, IOException {
        Optional<String> after = visit.parameter("after");
        Optional<ClientAddress> address = Queries.address(visit, "address");
        LeaseSearch.Wanted wanted = new LeaseSearch.Wanted(
                user(visit),
                address.map(ClientAddress::toString).orElse(visit.parameter("q").orElse("")),
                after.isEmpty() ? null : LeaseSearch.key(after.get()),
                Queries.limit(visit));
        Moment now = desk.now();
        LeaseSearch.Page page = new LeaseSearch(desk.book(), now).find(wanted);
        LeaseKey next = page.next();
        ObjectNode answer = Json.object();
        ArrayNode rows = answer.putArray("leases");
        Signs signs = desk.signs(now);
        page.leases().forEach(lease -> rows.add(desk.view(lease, signs, now)));
        if (visit.answeredUnchanged(tag(rows, page.total()))) {
            return;
        }
        answer.put("total", page.total());
        if (next != null) {
            answer.put("next", LeaseSearch.text(next));
            visit.answerHeader("Link", Queries.nextLink(visit, LeaseSearch.text(next)));
        }
        visit.answer(200, answer);
    }

    /** Weak, since {@code seconds_left} is always another: nothing else than the time has gone on while it is the same. */
    private static String tag(ArrayNode rows, long total) {
        StringBuilder text = new StringBuilder().append(total);
        for (JsonNode row : rows) {
            ObjectNode timeless = ((ObjectNode) row).deepCopy();
            timeless.remove("seconds_left");
            text.append('\n').append(Json.line(timeless));
        }
        return "W/\"" + AccessToken.digestText(text.toString()) + "\"";
    }

    private static @Nullable UserName user(Visit visit) throws Problem {
        try {
            return visit.parameter("user").map(UserName::new).orElse(null);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("user: " + e.getMessage());
        }
    }

    private void grant(Visit visit) throws Problem, IOException {
        JsonNode asked = visit.json();
        for (String name : asked.propertyNames()) {
            if (!name.equals("user") && !name.equals("device") && !name.equals("address") && !name.equals("term")) {
                throw Problem.badRequest("'" + name + "' is no field of a grant: user, device, address and term are");
            }
        }
        Lease lease = hand.grant(
                visit, required(asked, "user"), text(asked, "device"), required(asked, "address"), text(asked, "term"));
        visit.answerHeader("Location", "/api/v1/leases/" + LeaseSearch.text(lease.key()));
        visit.answer(201, view(lease));
    }

    /** One place: {@code user/device/family}. */
    void answerOne(Visit visit, String text) throws Problem, IOException {
        LeaseKey place = LeaseSearch.key(text);
        switch (visit.method()) {
            case "GET" -> {
                Moment now = desk.now();
                Lease lease = desk.book().get(place);
                if (lease == null || !lease.activeAt(now)) {
                    throw Problem.notFound(text + " has no lease now");
                }
                visit.answer(200, desk.view(lease, desk.signs(now), now));
            }
            case "DELETE" -> revoke(visit, place);
            default ->
                throw new Problem(
                        405, "method-not-allowed", "This cannot be done here", "a lease takes GET and DELETE");
        }
    }

    private void revoke(Visit visit, LeaseKey place) throws Problem, IOException {
        Revocation revocation =
                hand.revoke(visit, place, Queries.address(visit, "address").orElse(null));
        ObjectNode answer = Json.object();
        ArrayNode ended = answer.putArray("revoked");
        revocation.ended().forEach(lease -> ended.add(view(lease)));
        visit.answer(200, answer.put("recorded", revocation.recorded()));
    }

    private ObjectNode view(Lease lease) {
        Moment now = desk.now();
        return LeaseView.of(lease, desk.signs(now).of(lease), now);
    }

    private static String required(JsonNode asked, String name) throws Problem {
        String value = text(asked, name);
        if (value.isEmpty()) {
            throw Problem.badRequest("'" + name + "' is missing: {\"user\":\"gerard\",\"address\":\"203.0.113.7\"}");
        }
        return value;
    }

    private static String text(JsonNode asked, String name) throws Problem {
        JsonNode value = asked.path(name);
        if (!value.isMissingNode() && !value.isString()) {
            throw Problem.badRequest("'" + name + "' is no text");
        }
        return value.asString("");
    }
}
