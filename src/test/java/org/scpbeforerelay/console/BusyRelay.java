package org.scpbeforerelay.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** A week on a relay host, written as its record: users who travel, stay, and are refused. */
final class BusyRelay {
    static final List<String> USERS =
            List.of("bilbo", "eowyn", "faramir", "galadriel", "merry", "pippin", "rosie", "sam");

    private static final long HOUR_MS = 3_600_000;

    private final Random random = new Random(7);
    private final List<Line> lines = new ArrayList<>();

    private record Line(long atMs, String text) {}

    private BusyRelay() {}

    /** Writes users and a record that ends now. */
    static void write(Path state, long nowMs) throws Exception {
        BusyRelay relay = new BusyRelay();
        Files.createDirectories(state.resolve("users"));
        for (String user : USERS) {
            Files.writeString(state.resolve("users/" + user + ".toml"), "devices = 4\n");
            relay.week(user, nowMs);
        }
        Path folder = Files.createDirectories(state.resolve("history"));
        relay.lines.sort(Comparator.comparingLong(Line::atMs));
        StringBuilder all = new StringBuilder();
        relay.lines.forEach(line -> all.append(line.text).append('\n'));
        String name = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS")
                .withZone(ZoneOffset.UTC)
                .format(Instant.ofEpochMilli(relay.lines.getFirst().atMs));
        Files.writeString(folder.resolve(name + ".jsonl"), all);
    }

    private void week(String user, long nowMs) {
        int devices = 1 + random.nextInt(3);
        for (int device = 0; device < devices; device++) {
            String who = "\"user\":\"" + user + "\",\"device\":\""
                    + List.of("laptop", "phone", "home").get(device) + "\"";
            long at = nowMs - 168 * HOUR_MS + (long) (random.nextDouble() * 20 * HOUR_MS);
            while (at < nowMs - 2 * HOUR_MS) {
                at = lease(who, at, nowMs);
            }
        }
    }

    private long lease(String who, long fromMs, long nowMs) {
        String address = "203.0.113." + (10 + random.nextInt(200));
        long endMs = Math.min(nowMs - 60_000, fromMs + (long) ((0.4 + random.nextDouble() * 7) * HOUR_MS));
        boolean moves = random.nextInt(3) == 0;
        String next = "203.0.113." + (10 + random.nextInt(200));
        add(fromMs, "granted", who + ",\"address\":\"" + address + "\",\"source\":\"ssh\"");
        add(
                endMs,
                moves ? "revoked" : "expired",
                who + ",\"address\":\"" + address + "\",\"source\":\"ssh\",\"granted_at\":\""
                        + Instant.ofEpochMilli(fromMs) + "\"" + (moves ? ",\"why\":\"replaced by " + next + "\"" : ""));
        if (random.nextInt(6) == 0) {
            add(
                    Math.min(nowMs - 30_000, endMs + 600_000),
                    "refused",
                    who + ",\"source\":\"ssh\",\"from\":\"" + address
                            + "\",\"code\":\"address-not-yours\",\"why\":\"you come from " + address + ", not from "
                            + next + "\"");
        }
        return moves ? endMs : endMs + (long) (random.nextDouble() * 9 * HOUR_MS);
    }

    private void add(long atMs, String event, String rest) {
        lines.add(new Line(
                atMs, "{\"at\":\"" + Instant.ofEpochMilli(atMs) + "\",\"event\":\"" + event + "\"," + rest + "}"));
    }
}
