package org.scpbeforerelay.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.fault.History.Accepted;
import org.scpbeforerelay.fault.History.Announced;
import org.scpbeforerelay.fault.History.Cut;
import org.scpbeforerelay.fault.History.EngineLost;
import org.scpbeforerelay.fault.History.Outcome;
import org.scpbeforerelay.fault.History.Permitted;
import org.scpbeforerelay.fault.History.Revoked;
import org.scpbeforerelay.fault.History.Settled;

/** What in a history must not be, in sentences; none when all is well. An address belongs to one device in a history. */
final class HistoryChecker {
    private static final long MS = 1_000_000;

    /** Ids in the log are milliseconds, and clocks are read one after the other. */
    private static final long ROUGHLY_NS = 3 * MS;

    /** A cable is pulled by a command that takes its time, and what is on its way still arrives. */
    private static final long CUTTING_NS = 150 * MS;

    /** Other nodes end a lease up to 2 s early, and another second is for the moment at which that is compared. */
    private static final long EARLY_NS = 3_000 * MS;

    /** What an engine accepted just before it was killed may not have been witnessed. */
    private static final long UNWITNESSED_NS = 400 * MS;

    private final History.Snapshot history;
    private final Map<String, List<Announced>> byAddress;
    private final Map<String, List<Accepted>> acceptedByAddress;
    private final Map<String, List<Word>> words = new HashMap<>();

    /** What was said of a device. {@code address} null: it shall have none. */
    private record Word(
            String node, @Nullable String address, long beganNs, long answeredNs, long endNs, boolean certain) {}

    private HistoryChecker(History.Snapshot history) {
        this.history = history;
        byAddress = history.announced().stream().collect(Collectors.groupingBy(Announced::address));
        acceptedByAddress = history.accepted().stream().collect(Collectors.groupingBy(Accepted::address));
        for (Announced one : history.announced()) {
            if (one.outcome() != Outcome.REFUSED) {
                boolean certain = one.outcome() == Outcome.GRANTED || one.outcome() == Outcome.ALONE;
                add(
                        one.device(),
                        new Word(one.node(), one.address(), one.beganNs(), one.answeredNs(), one.endNs(), certain));
            }
            if (one.outcome() == Outcome.MAYBE) {
                add(one.device(), new Word(one.node(), null, one.beganNs(), one.answeredNs(), 0, false));
            }
        }
        for (Revoked one : history.revoked()) {
            if (!one.answered() || !one.ended().isEmpty()) {
                add(one.device(), new Word(one.node(), null, one.beganNs(), one.answeredNs(), 0, one.answered()));
            }
        }
        words.values().forEach(said -> said.sort(Comparator.comparingLong(Word::beganNs)));
    }

    private void add(String device, Word word) {
        words.computeIfAbsent(device, key -> new ArrayList<>()).add(word);
    }

    /** Everything that must not be. */
    static List<String> violations(History.Snapshot history) {
        HistoryChecker checker = new HistoryChecker(history);
        List<String> found = new ArrayList<>();
        for (Permitted span : history.permitted()) {
            checker.cameFromSomewhere(span, found);
            checker.crossedNoCut(span, found);
            checker.endedInTime(span, found);
        }
        checker.revocationsHoldWhereTheyWereMade(found);
        checker.whatWasOvertakenStaysGone(found);
        checker.grantedIsInTheLog(found);
        checker.lossesAreSaid(found);
        history.settled().forEach(moment -> found.addAll(checker.disagreements(moment)));
        return found;
    }

    /** Where nodes differ from what was said last, at a moment at which they should not. */
    static List<String> disagreements(History.Snapshot history, Settled moment) {
        return new HistoryChecker(history).disagreements(moment);
    }

    /** No permit without an announcement, and none of another node's that no engine had accepted. */
    private void cameFromSomewhere(Permitted span, List<String> found) {
        List<Announced> said = said(span).stream()
                .filter(one -> one.beganNs() <= span.firstNs())
                .toList();
        if (said.isEmpty()) {
            found.add(span + ": nobody had announced that");
            return;
        }
        boolean here = said.stream().anyMatch(one -> one.node().equals(span.node()));
        boolean unwitnessed = said.stream().anyMatch(this::isUnwitnessed);
        if (!here && !unwitnessed && !accepted(span, span.firstNs() + ROUGHLY_NS)) {
            found.add(span + ": announced elsewhere, and no engine had accepted it");
        }
    }

    /** While a node was cut off: its own announcements, and what an engine had accepted before. */
    private void crossedNoCut(Permitted span, List<String> found) {
        for (Cut cut : history.cuts()) {
            boolean within = cut.node().equals(span.node())
                    && span.firstNs() > cut.fromNs() + CUTTING_NS
                    && span.firstNs() < cut.toNs();
            boolean here =
                    within && said(span).stream().anyMatch(one -> one.node().equals(span.node()));
            if (within && !here && !accepted(span, cut.fromNs() + CUTTING_NS)) {
                found.add(span + ": the node was cut off from " + cut.fromNs()
                        + ", and no engine had accepted it before");
            }
        }
    }

    private void endedInTime(Permitted span, List<String> found) {
        long end = said(span).stream()
                .filter(one -> one.beganNs() <= span.lastNs())
                .mapToLong(Announced::endNs)
                .max()
                .orElse(Long.MAX_VALUE);
        if (span.lastNs() - ROUGHLY_NS > end) {
            found.add(span + ": permitted " + (span.lastNs() - end) / MS + " ms after the end");
        }
    }

    private void revocationsHoldWhereTheyWereMade(List<String> found) {
        for (Revoked revoked : history.revoked()) {
            for (Permitted span : history.permitted()) {
                if (revoked.answered()
                        && span.node().equals(revoked.node())
                        && span.device().equals(revoked.device())
                        && revoked.ended().contains(span.address())
                        && span.lastNs() > revoked.answeredNs()
                        && said(span).stream()
                                .noneMatch(
                                        one -> one.beganNs() > revoked.beganNs() && one.beganNs() <= span.lastNs())) {
                    found.add(span + ": revoked there, answered at " + revoked.answeredNs());
                }
            }
        }
    }

    /** A node that had read what ended a lease does not permit by it again. */
    private void whatWasOvertakenStaysGone(List<String> found) {
        Map<List<Object>, List<Permitted>> sameRun = history.permitted().stream()
                .collect(
                        Collectors.groupingBy(span -> List.of(span.node(), span.run(), span.address(), span.device())));
        for (List<Permitted> spans : sameRun.values()) {
            List<Permitted> sorted = spans.stream()
                    .sorted(Comparator.comparingLong(Permitted::firstNs))
                    .toList();
            for (int i = 1; i < sorted.size(); i++) {
                if (wasOvertaken(sorted.get(i - 1), sorted.get(i))) {
                    found.add(sorted.get(i) + ": it had been taken away there after "
                            + sorted.get(i - 1).lastNs());
                }
            }
        }
    }

    private boolean wasOvertaken(Permitted before, Permitted again) {
        List<Announced> said = said(before);
        long firstEnd = said.stream().mapToLong(Announced::endNs).min().orElse(0);
        long lastSaid = said.stream()
                .filter(one -> one.beganNs() < again.firstNs())
                .mapToLong(Announced::beganNs)
                .max()
                .orElse(0);
        boolean byItsEnd = before.lastNs() > firstEnd - EARLY_NS;
        return !byItsEnd
                && words.getOrDefault(before.device(), List.of()).stream()
                        .anyMatch(word -> !before.address().equals(word.address())
                                && word.beganNs() > lastSaid
                                && word.beganNs() < again.firstNs());
    }

    /** Who was told "granted" without a caveat is in an engine's log. */
    private void grantedIsInTheLog(List<String> found) {
        for (Announced one : history.announced()) {
            if (one.outcome() == Outcome.GRANTED
                    && !isUnwitnessed(one)
                    && acceptedByAddress.getOrDefault(one.address(), List.of()).stream()
                            .noneMatch(entry -> entry.device().equals(one.device())
                                    && entry.atNs() >= one.beganNs() - ROUGHLY_NS
                                    && entry.atNs() <= one.answeredNs() + ROUGHLY_NS)) {
                found.add(one + ": said to be granted, and no engine's log had it by then");
            }
        }
    }

    /** Whether the engine may have taken it and told other nodes, and was gone before the witness had read it. */
    private boolean isUnwitnessed(Announced one) {
        return history.engineLosses().stream()
                .anyMatch(loss -> Math.abs(loss.atNs() - one.answeredNs()) < UNWITNESSED_NS);
    }

    private void lossesAreSaid(List<String> found) {
        for (Settled moment : history.settled()) {
            for (EngineLost loss : history.engineLosses()) {
                if (loss.acknowledged()
                        && loss.atNs() < moment.atNs()
                        && history.saidLosses().stream().noneMatch(one -> one.atNs() >= loss.atNs())) {
                    found.add(loss + ": nobody said so");
                }
            }
        }
    }

    private List<String> disagreements(Settled moment) {
        Map<String, Map<String, List<String>>> standing = new HashMap<>();
        for (Permitted span : history.permitted()) {
            if (span.firstNs() <= moment.atNs() && span.lastNs() >= moment.atNs()) {
                standing.computeIfAbsent(span.device(), key -> new HashMap<>())
                        .computeIfAbsent(span.node(), key -> new ArrayList<>())
                        .add(span.address());
            }
        }
        List<String> found = new ArrayList<>();
        words.forEach((device, said) -> {
            List<Word> before =
                    said.stream().filter(word -> word.beganNs() < moment.atNs()).toList();
            boolean nearAnEnd = before.stream()
                    .anyMatch(word -> word.endNs() > moment.atNs() && word.endNs() < moment.atNs() + EARLY_NS);
            if (!nearAnEnd && !before.isEmpty()) {
                compare(device, before, standing.getOrDefault(device, Map.of()), moment, found);
            }
        });
        return found;
    }

    private static void compare(
            String device, List<Word> said, Map<String, List<String>> standing, Settled moment, List<String> found) {
        int certain = said.size() - 1;
        while (certain > 0 && !said.get(certain).certain()) {
            certain--;
        }
        // Of two that were asked at the same time either may be the later one.
        long lastBeganNs = said.get(certain).beganNs();
        List<Word> possible =
                said.stream().filter(word -> word.answeredNs() >= lastBeganNs).toList();
        List<List<String>> right = possible.stream()
                .map(word -> word.address() == null || word.endNs() < moment.atNs()
                        ? List.<String>of()
                        : List.of(word.address()))
                .toList();
        List<String> first = standing.getOrDefault(moment.nodes().getFirst(), List.of());
        for (String node : moment.nodes()) {
            List<String> here = standing.getOrDefault(node, List.of());
            boolean fromTheBeginning = certain == 0 && !said.getFirst().certain() && here.isEmpty();
            if (!right.contains(here) && !fromTheBeginning) {
                found.add(device + " stands at " + here + " at " + node + " when all is well, and was said last: "
                        + possible);
            } else if (!Objects.equals(first, here)) {
                found.add(device + " stands at " + here + " at " + node + " and at " + first + " at "
                        + moment.nodes().getFirst() + " when all is well");
            }
        }
    }

    private List<Announced> said(Permitted span) {
        return byAddress.getOrDefault(span.address(), List.of()).stream()
                .filter(one -> one.device().equals(span.device()) && one.outcome() != Outcome.REFUSED)
                .toList();
    }

    private boolean accepted(Permitted span, long byNs) {
        return acceptedByAddress.getOrDefault(span.address(), List.of()).stream()
                .anyMatch(entry -> entry.device().equals(span.device()) && entry.atNs() <= byNs);
    }
}
