package org.scpbeforerelay.history;

import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import tools.jackson.databind.JsonNode;

/**
 * Which leases an address had at a past instant, as far as the record tells: their lines of grant and end around it, and what else
 * concerned the address then.
 *
 * <p>A renewal has no line. So a lease that was granted before and has no end on record was active then for sure only while its first
 * term lasted; later it may have been renewed, and still stand, or have ended unrecorded while the daemon was away.
 */
public final class LeasesThen {
    /** How long before and after the instant other events are worth telling. */
    public static final long AROUND_MS = 600_000;

    /** So many of them, the last ones. */
    public static final int OTHERS_MAX = 20;

    private final ClientAddress address;
    private final long thenMs;
    private final Map<String, JsonNode> open = new LinkedHashMap<>();
    private final Map<String, JsonNode> superseded = new LinkedHashMap<>();
    private final List<Then> active = new ArrayList<>();
    private final List<JsonNode> others = new ArrayList<>();
    private @Nullable JsonNode lastEnd;

    private LeasesThen(ClientAddress address, long thenMs) {
        this.address = address;
        this.thenMs = thenMs;
    }

    /** How sure it is. */
    public enum Sure {
        /** It was active then. */
        YES,
        /** It was granted before; what became of it is not on record. */
        UNKNOWN
    }

    /**
     * A lease that was active then, or may have been.
     *
     * @param granted the line of its grant, or of its end where that line is gone; both tell who, where, by what source and key
     * @param end the line of its end; null when there is none
     */
    public record Then(
            Sure sure, JsonNode granted, @Nullable JsonNode end) {
        /** {@code user/device}. */
        public String who() {
            return granted.path("user").asString("") + "/"
                    + granted.path("device").asString("");
        }

        /** When it was granted. */
        public String grantedAt() {
            return granted.path("event").asString("").equals("granted")
                    ? granted.path("at").asString("")
                    : granted.path("granted_at").asString("");
        }
    }

    /**
     * What is found.
     *
     * @param leases in the order of their grants
     * @param others mail and refusals within {@link #AROUND_MS}
     * @param lastEnd the line of the last end before; null when there is none
     */
    public record Found(
            List<Then> leases,
            List<JsonNode> others,
            @Nullable JsonNode lastEnd) {
        public Found {
            leases = List.copyOf(leases);
            others = List.copyOf(others);
        }
    }

    /** Reads the whole record; lines about other addresses are hardly looked at. */
    public static Found find(HistoryReader reader, ClientAddress address, Instant then) throws IOException {
        LeasesThen leases = new LeasesThen(address, then.toEpochMilli());
        List<String> texts = address.isIpv4()
                ? List.of("\"" + address + "\"")
                : List.of("\"" + address + "\"", address.masked(64) + "/64\"");
        reader.readContaining(texts, leases::take);
        return leases.found();
    }

    private void take(JsonNode line) {
        if (!new HistoryReader.Wanted(null, address, Long.MIN_VALUE).fits(line)) {
            return;
        }
        long atMs = HistoryReader.atMs(line);
        String id = line.path("user").asString("") + "/" + line.path("device").asString("") + " "
                + line.path("address").asString("");
        switch (line.path("event").asString("")) {
            case "granted" -> {
                if (atMs <= thenMs) {
                    open.put(id, line);
                } else if (open.containsKey(id)) {
                    superseded.putIfAbsent(id, open.remove(id));
                }
            }
            case "revoked", "expired" -> {
                JsonNode granted = open.remove(id);
                if (atMs <= thenMs) {
                    lastEnd = line;
                } else if (ms(line, "granted_at") <= thenMs && endMs(line) > thenMs) {
                    active.add(new Then(Sure.YES, granted == null ? line : granted, line));
                }
            }
            case "mail", "deferred", "wrong-sender", "refused" -> {
                if (Math.abs(atMs - thenMs) <= AROUND_MS) {
                    others.add(line);
                    if (others.size() > OTHERS_MAX) {
                        others.removeFirst();
                    }
                }
            }
            default -> {}
        }
    }

    private Found found() {
        superseded.values().forEach(this::addOpen);
        open.values().forEach(this::addOpen);
        return new Found(active, others, lastEnd);
    }

    private void addOpen(JsonNode granted) {
        active.add(new Then(ms(granted, "until") > thenMs ? Sure.YES : Sure.UNKNOWN, granted, null));
    }

    /** A lease is over at its end, however late that is swept. */
    private static long endMs(JsonNode line) {
        long atMs = HistoryReader.atMs(line);
        return line.path("event").asString("").equals("expired") ? Math.min(atMs, ms(line, "until")) : atMs;
    }

    private static long ms(JsonNode line, String field) {
        try {
            return Instant.parse(line.path(field).asString("")).toEpochMilli();
        } catch (DateTimeParseException e) {
            return Long.MAX_VALUE;
        }
    }
}
