package org.scpbeforerelay.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What happened in a pool. Times are {@code System.nanoTime}. Safe from any thread. */
final class History {
    /** What became of an announcement. */
    enum Outcome {
        /** Granted, and said to count everywhere. */
        GRANTED,
        /** Granted, and said to count at this node alone for now. */
        ALONE,
        /** The lease that stood was named again: no word of its own. */
        SPARED,
        /** Nobody was told, or was told that the store was away: it may count or not. */
        MAYBE,
        /** Never tried. */
        REFUSED
    }

    /** {@code endNs}: of the lease that was answered; of one that nobody was told of, the latest it can have. */
    record Announced(
            String node, String device, String address, long beganNs, long answeredNs, Outcome outcome, long endNs) {}

    /** Addresses that the device was said to have lost; {@code answered}: or the node ended before it said so. */
    record Revoked(String node, String device, List<String> ended, long beganNs, long answeredNs, boolean answered) {}

    /** A node permitted an address by a device's lease whenever it was asked, from the first to the last of these times. */
    record Permitted(String node, int run, String address, String device, long firstNs, long lastNs) {}

    /** An engine took a grant into its log. */
    record Accepted(String device, String address, long atNs) {}

    /** No engine could be reached from a node. */
    record Cut(String node, long fromNs, long toNs) {}

    /** An engine ended or lost what it had; {@code acknowledged}: and with it what had been acknowledged. */
    record EngineLost(long atNs, boolean acknowledged) {}

    /** A node said that the engine had lost records. */
    record SaidLost(String node, long atNs) {}

    /** Everything was well, and every node had had the time to hear of everything. */
    record Settled(long atNs, List<String> nodes) {}

    private record Place(String node, String address) {}

    private static final class Span {
        final int run;
        final String device;
        final long firstNs;
        long lastNs;

        Span(int run, String device, long firstNs) {
            this.run = run;
            this.device = device;
            this.firstNs = firstNs;
            this.lastNs = firstNs;
        }
    }

    private final List<Announced> announced = new ArrayList<>();
    private final List<Revoked> revoked = new ArrayList<>();
    private final List<Permitted> permitted = new ArrayList<>();
    private final List<Accepted> accepted = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private final List<EngineLost> engineLosses = new ArrayList<>();
    private final List<SaidLost> saidLosses = new ArrayList<>();
    private final List<Settled> settled = new ArrayList<>();
    private final Map<Place, Span> open = new HashMap<>();
    private final Map<String, Integer> runs = new HashMap<>();

    /** One moment's copy, for the checker. */
    record Snapshot(
            List<Announced> announced,
            List<Revoked> revoked,
            List<Permitted> permitted,
            List<Accepted> accepted,
            List<Cut> cuts,
            List<EngineLost> engineLosses,
            List<SaidLost> saidLosses,
            List<Settled> settled) {

        /** All that happened around one device, in the order of time: for the person who reads what was wrong. */
        List<String> story(String device) {
            List<Map.Entry<Long, Object>> events = new ArrayList<>();
            announced.stream()
                    .filter(one -> one.device().equals(device))
                    .forEach(one -> events.add(Map.entry(one.beganNs(), one)));
            revoked.stream()
                    .filter(one -> one.device().equals(device))
                    .forEach(one -> events.add(Map.entry(one.beganNs(), one)));
            permitted.stream()
                    .filter(one -> one.device().equals(device))
                    .forEach(one -> events.add(Map.entry(one.firstNs(), one)));
            accepted.stream()
                    .filter(one -> one.device().equals(device))
                    .forEach(one -> events.add(Map.entry(one.atNs(), one)));
            cuts.forEach(one -> events.add(Map.entry(one.fromNs(), one)));
            engineLosses.forEach(one -> events.add(Map.entry(one.atNs(), one)));
            return events.stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(event -> String.valueOf(event.getValue()))
                    .toList();
        }
    }

    synchronized void add(Announced one) {
        announced.add(one);
    }

    synchronized void add(Revoked one) {
        revoked.add(one);
    }

    synchronized void add(Accepted one) {
        accepted.add(one);
    }

    synchronized void add(Cut one) {
        cuts.add(one);
    }

    synchronized void add(EngineLost one) {
        engineLosses.add(one);
    }

    synchronized void add(SaidLost one) {
        saidLosses.add(one);
    }

    synchronized void add(Settled one) {
        settled.add(one);
    }

    synchronized void add(Permitted one) {
        permitted.add(one);
    }

    /** A node begins to permit an address. */
    synchronized void permits(String node, String address, String device, long atNs) {
        Span former = open.put(new Place(node, address), new Span(runs.getOrDefault(node, 0), device, atNs));
        if (former != null) {
            close(new Place(node, address), former);
        }
    }

    /** A node no longer permits an address; the last time that it did. */
    synchronized void permitsNoMore(String node, String address, long lastNs) {
        Place place = new Place(node, address);
        Span span = Objects.requireNonNull(open.remove(place), "not permitted before");
        span.lastNs = Math.max(span.lastNs, lastNs);
        close(place, span);
    }

    /** A node has looked again at all it permits, not before this time, and permits it still. */
    synchronized void stillPermits(String node, long atNs) {
        open.forEach((place, span) -> {
            if (place.node().equals(node)) {
                span.lastNs = Math.max(span.lastNs, atNs);
            }
        });
    }

    /** A node's process has ended. */
    synchronized void ended(String node) {
        runs.merge(node, 1, Integer::sum);
        open.entrySet().removeIf(entry -> {
            boolean here = entry.getKey().node().equals(node);
            if (here) {
                close(entry.getKey(), entry.getValue());
            }
            return here;
        });
    }

    private void close(Place place, Span span) {
        permitted.add(new Permitted(place.node(), span.run, place.address(), span.device, span.firstNs, span.lastNs));
    }

    synchronized Snapshot snapshot() {
        List<Permitted> all = new ArrayList<>(permitted);
        open.forEach((place, span) -> all.add(
                new Permitted(place.node(), span.run, place.address(), span.device, span.firstNs, span.lastNs)));
        return new Snapshot(
                List.copyOf(announced),
                List.copyOf(revoked),
                all,
                List.copyOf(accepted),
                List.copyOf(cuts),
                List.copyOf(engineLosses),
                List.copyOf(saidLosses),
                List.copyOf(settled));
    }
}
