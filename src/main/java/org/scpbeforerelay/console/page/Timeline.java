package org.scpbeforerelay.console.page;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.scpbeforerelay.console.follow.PastEvent;
import org.scpbeforerelay.lease.Lease;

/**
 * The past of some users as pictures: a bar for each time that a device had a lease, a stroke where it changed its address, a diamond where it was
 * refused. A row a user, a lane a device.
 */
final class Timeline {
    private static final int LANES_MAX = 4;
    private static final int LANE = 12;
    private static final int GAP = 4;
    private static final int MARKS_MAX = 60;

    /** So many percent of the axis may have labels: behind them stands "now", on a phone too. */
    private static final int LABELLED_MAX = 86;

    private final long fromMs;
    private final long nowMs;
    private final Map<String, User> users = new LinkedHashMap<>();

    /** A span of a lease. */
    private record Bar(long fromMs, long toMs, String address, boolean isActive) {}

    /** Something that happened at one moment. */
    private record Mark(long atMs, String says) {}

    private static final class Lane {
        final List<Bar> bars = new ArrayList<>();
        final List<Mark> moves = new ArrayList<>();
    }

    private static final class User {
        final Map<String, Lane> lanes = new TreeMap<>();
        final List<Mark> refusals = new ArrayList<>();
        long lastMs;

        Lane lane(String device) {
            return lanes.computeIfAbsent(device, first -> new Lane());
        }
    }

    Timeline(long fromMs, long nowMs) {
        this.fromMs = fromMs;
        this.nowMs = nowMs;
    }

    /** Takes what has happened, the oldest first. */
    void past(List<PastEvent> events) {
        for (PastEvent event : events) {
            if (event.user().isEmpty() || event.kind() == PastEvent.Kind.OPERATOR) {
                continue;
            }
            User user = users.computeIfAbsent(event.user(), first -> new User());
            user.lastMs = event.atMs();
            if (event.kind() == PastEvent.Kind.REFUSED) {
                user.refusals.add(new Mark(event.atMs(), event.device() + " refused: " + event.why()));
            } else if (event.isEnd()) {
                Lane lane = user.lane(event.device());
                long beganMs = event.beganAtMs() == 0 ? event.atMs() : event.beganAtMs();
                lane.bars.add(new Bar(Math.max(fromMs, beganMs), event.atMs(), event.address(), false));
                if (event.why().startsWith("replaced by ")) {
                    lane.moves.add(new Mark(
                            event.atMs(), event.address() + " → " + event.why().substring(12)));
                }
            }
        }
    }

    /** Takes the leases that stand. */
    void present(Iterable<Lease> leases) {
        for (Lease lease : leases) {
            User user = users.computeIfAbsent(lease.user().text(), first -> new User());
            user.lastMs = nowMs;
            user.lane(lease.device().text())
                    .bars
                    .add(new Bar(Math.max(fromMs, lease.grantedAtMs()), nowMs, lease.addressText(), true));
        }
    }

    boolean isEmpty() {
        return users.isEmpty();
    }

    /** Draws the users with whom something happened last. */
    void draw(Html html, int usersMax) {
        users.entrySet().stream()
                .sorted((one, other) -> Long.compare(other.getValue().lastMs, one.getValue().lastMs))
                .limit(usersMax)
                .forEach(user -> draw(html, user.getKey(), user.getValue()));
        axis(html);
        html.raw("<div class=\"keys\" aria-hidden=\"true\">")
                .raw(key("<rect class=\"lease\" y=\"2\" width=\"18\" height=\"8\" rx=\"2\"/>", "has a lease"))
                .raw(key("<rect class=\"lease over\" y=\"2\" width=\"18\" height=\"8\" rx=\"2\"/>", "had one"))
                .raw(key("<line class=\"moved\" x1=\"9\" x2=\"9\" y2=\"12\"/>", "another address"))
                .raw(key("<path class=\"refusal\" d=\"M9 1l5 5-5 5-5-5z\"/>", "refused"))
                .raw(
                        users.size() > usersMax
                                ? "<span>and " + Said.number(users.size() - usersMax) + " users more</span>"
                                : "")
                .raw("</div>");
    }

    private static String key(String shape, String means) {
        return "<span><svg width=\"18\" height=\"12\">" + shape + "</svg>" + means + "</span>";
    }

    private void draw(Html html, String name, User user) {
        int lanes = Math.clamp(user.lanes.size(), 1, LANES_MAX);
        int height = lanes * (LANE + GAP) + GAP;
        html.raw("<div class=\"line\"><a class=\"who\"")
                .attribute("href", "/users/" + name)
                .raw(">")
                .text(name)
                .raw("</a><svg role=\"img\"")
                .attribute("height", height)
                .attribute("aria-label", summary(name, user))
                .raw(">");
        grid(html, height);
        int y = GAP;
        int drawn = 0;
        for (Map.Entry<String, Lane> lane : user.lanes.entrySet()) {
            if (drawn++ < LANES_MAX) {
                draw(html, lane.getKey(), lane.getValue(), y);
                y += LANE + GAP;
            }
        }
        for (Mark refusal : last(user.refusals)) {
            html.raw("<svg overflow=\"visible\"")
                    .attribute("x", at(refusal.atMs))
                    .attribute("y", height / 2)
                    .raw("><path class=\"refusal\" d=\"M0-5l5 5-5 5-5-5z\"><title>")
                    .text(Said.time(refusal.atMs, nowMs) + " " + refusal.says)
                    .raw("</title></path></svg>");
        }
        html.raw("</svg></div>");
    }

    private void draw(Html html, String device, Lane lane, int y) {
        for (Bar bar : lane.bars) {
            if (bar.toMs < fromMs) {
                continue;
            }
            double width = Math.max(0.15, percent(bar.toMs) - percent(bar.fromMs));
            html.raw("<rect rx=\"2\"")
                    .attribute("class", bar.isActive ? "lease" : "lease over")
                    .attribute("x", at(bar.fromMs))
                    .attribute("y", y)
                    .attribute("width", rounded(width))
                    .attribute("height", LANE)
                    .raw("><title>")
                    .text(device + " on " + bar.address + ", " + Said.time(bar.fromMs, nowMs) + " – "
                            + (bar.isActive ? "now" : Said.time(bar.toMs, nowMs)))
                    .raw("</title></rect>");
        }
        for (Mark move : last(lane.moves)) {
            html.raw("<line class=\"moved\"")
                    .attribute("x1", at(move.atMs))
                    .attribute("x2", at(move.atMs))
                    .attribute("y1", y - 2)
                    .attribute("y2", y + LANE + 2)
                    .raw("><title>")
                    .text(Said.time(move.atMs, nowMs) + " " + device + ": " + move.says)
                    .raw("</title></line>");
        }
    }

    private static String summary(String name, User user) {
        long bars =
                user.lanes.values().stream().mapToLong(lane -> lane.bars.size()).sum();
        long moves = user.lanes.values().stream()
                .mapToLong(lane -> lane.moves.size())
                .sum();
        return name + ": " + Said.count(bars, "lease", "leases") + " on "
                + Said.count(user.lanes.size(), "device", "devices") + ", "
                + Said.count(moves, "change of address", "changes of address") + ", "
                + Said.count(user.refusals.size(), "refusal", "refusals");
    }

    /** Of a crowd of marks the last ones: more could not be told apart. */
    private static List<Mark> last(List<Mark> marks) {
        return marks.subList(Math.max(0, marks.size() - MARKS_MAX), marks.size());
    }

    private void grid(Html html, int height) {
        for (long tick = firstTick(); tick <= nowMs; tick += tickMs()) {
            html.raw("<line class=\"grid\"")
                    .attribute("x1", at(tick))
                    .attribute("x2", at(tick))
                    .attribute("y2", height)
                    .raw("/>");
        }
    }

    private void axis(Html html) {
        DateTimeFormatter form = DateTimeFormatter.ofPattern(isLong() ? "EEE d" : "HH:mm", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        html.raw("<div class=\"line axis\" aria-hidden=\"true\"><span></span><svg height=\"16\">");
        for (long tick = firstTick(); tick <= nowMs; tick += tickMs()) {
            if (percent(tick) > 3 && percent(tick) < LABELLED_MAX) {
                html.raw("<text y=\"12\" text-anchor=\"middle\"")
                        .attribute("x", at(tick))
                        .raw(">")
                        .text(form.format(Instant.ofEpochMilli(tick)))
                        .raw("</text>");
            }
        }
        html.raw("<text y=\"12\" x=\"100%\" text-anchor=\"end\">now</text></svg></div>");
    }

    private boolean isLong() {
        return nowMs - fromMs > 2 * 86_400_000L;
    }

    private long tickMs() {
        return isLong() ? 86_400_000L : 4 * 3_600_000L;
    }

    private long firstTick() {
        return (Math.floorDiv(fromMs, tickMs()) + 1) * tickMs();
    }

    private double percent(long atMs) {
        return 100.0 * (atMs - fromMs) / (nowMs - fromMs);
    }

    private String at(long atMs) {
        return rounded(percent(atMs));
    }

    private static String rounded(double percent) {
        return Math.round(percent * 100) / 100.0 + "%";
    }
}
