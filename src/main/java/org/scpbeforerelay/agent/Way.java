package org.scpbeforerelay.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.agent.AgentSettings.Mode;
import org.scpbeforerelay.clock.Clock;

/**
 * One way of announcing: one server, over one family (or whichever ssh takes), on a thread of its own, so that no server waits
 * for another. Announces when what there is to announce has changed, when the interval is over, and after a failure with growing
 * pauses; a run of ssh whose source has gone meanwhile is ended at once.
 */
final class Way {
    private static final long RUN_MS_MAX = 30_000;
    private static final long FOREVER = Long.MAX_VALUE;
    /** Trouble that lasts less is not worth a line: a route that comes a moment after its address. */
    private static final long TROUBLE_MS_MIN = 1000;

    private static final int TROUBLE_ATTEMPTS_MIN = 4;
    private static final Set<String> SOON_OVER = Set.of("rate-limited", "store-unavailable");

    private final AgentSettings settings;
    private final Destination destination;
    private final @Nullable AddressFamily family;
    private final Clock clock;
    private final SshCommand ssh;
    private final SourceChoice choice;
    private final Consumer<AgentEvent> events;
    private final Bell bell;
    private final Backoff backoff;
    private final Set<String> devices = new ConcurrentSkipListSet<>();

    private volatile boolean failed;
    private Source.@Nullable Present tried;
    private long nextMs;
    private long troubledSinceMs;
    private String trouble = "";
    private String leased4 = "";
    private String leased6 = "";
    private List<String> notes = List.of();

    Way(
            AgentSettings settings,
            Destination destination,
            @Nullable AddressFamily family,
            Clock clock,
            Consumer<AgentEvent> events) {
        this.settings = settings;
        this.destination = destination;
        this.family = family;
        this.clock = clock;
        this.events = events;
        ssh = new SshCommand(settings);
        choice = new SourceChoice(settings);
        bell = new Bell(clock);
        backoff = new Backoff(settings.everyMs());
    }

    Destination destination() {
        return destination;
    }

    Bell bell() {
        return bell;
    }

    /** The devices that were leased over this way. */
    Set<String> devices() {
        return devices;
    }

    /** Does not wait for the end of the pause after a failure. Any thread. */
    void tryAgainIfFailed() {
        if (failed) {
            bell.ringForAll();
        }
    }

    /** Returns when the way is at its end. */
    Ending run() throws InterruptedException {
        Server server = ssh.server(destination);
        while (!bell.hasEnded()) {
            long dueMs = FOREVER;
            switch (choice.choose(server, family)) {
                case Source.Never never -> {
                    idle(never.why());
                    return Ending.NOTHING_TO_ANNOUNCE;
                }
                case Source.Absent absent -> {
                    idle(absent.why());
                    if (settings.way() == Mode.ONCE) {
                        return Ending.NOTHING_TO_ANNOUNCE;
                    }
                    tried = null;
                }
                case Source.Present present -> {
                    boolean asked = bell.takeAtOnce();
                    if (asked || !present.equals(tried) || nowMs() >= nextMs) {
                        Ending ending = attempt(server, present);
                        if (ending != null) {
                            return ending;
                        }
                    }
                    dueMs = nextMs;
                }
            }
            bell.awaitRing(dueMs, () -> false);
        }
        return Ending.DONE;
    }

    /** One attempt; null when the way goes on. */
    private @Nullable Ending attempt(Server server, Source.Present source) throws InterruptedException {
        if (!source.equals(tried)) {
            backoff.reset();
        }
        tried = source;
        failed = false;
        nextMs = 0;
        long startedMs = nowMs();
        SshAnswer answer;
        try {
            answer = settings.way() == Mode.HOLD ? hold(server, source) : announce(server, source);
        } catch (IOException e) {
            answer = new SshAnswer.Misused("ssh cannot be run: " + e.getMessage());
        }
        if (answer == null) {
            // Overtaken by a change; what there is now is announced in the next round.
            bell.ring();
            return null;
        }
        return switch (answer) {
            case SshAnswer.Granted granted -> granted(granted);
            case SshAnswer.Refused refused -> refused(refused);
            case SshAnswer.HostKey key -> {
                events.accept(new AgentEvent.HostKeyWrong(server.name(), key.changed(), key.detail()));
                yield Ending.HOST_KEY;
            }
            case SshAnswer.Misused misused -> {
                events.accept(new AgentEvent.Misused(server.name(), misused.reason()));
                yield Ending.USAGE;
            }
            case SshAnswer.Unreachable unreachable -> unreachable(unreachable.reason(), startedMs);
        };
    }

    private @Nullable SshAnswer announce(Server server, Source.Present source)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("announce"));
        if (source.claim() != null) {
            words.add(source.claim().toString());
        }
        long untilMs = nowMs() + RUN_MS_MAX;
        try (SshRun run = SshRun.start(ssh.line(server, family, source, words.toArray(String[]::new)), bell::tick)) {
            return switch (await(run, server, source, untilMs)) {
                case OVER -> run.answer();
                case OVERTAKEN -> null;
                case TOO_LONG -> new SshAnswer.Unreachable("no answer within " + RUN_MS_MAX / 1000 + " s");
            };
        }
    }

    /** A connection that holds a lease, until it ends; a second, short one is asked what is held. */
    private @Nullable SshAnswer hold(Server server, Source.Present source) throws IOException, InterruptedException {
        try (SshRun run = SshRun.start(ssh.holding(server, family, source), bell::tick)) {
            long startedMs = nowMs();
            HeldLease held = null;
            while (true) {
                // Asked at growing distances until it is there; then waits for the end alone.
                long untilMs = held != null ? FOREVER : nowMs() + Math.max(100, (nowMs() - startedMs) / 2);
                switch (await(run, server, source, untilMs)) {
                    case OVER -> {
                        return held == null && run.exitStatus() == 0 ? run.answer() : run.endOfHold();
                    }
                    case OVERTAKEN -> {
                        return null;
                    }
                    case TOO_LONG -> {
                        held = askWhatIsHeld(server, source, run);
                        if (held != null) {
                            told(new SshAnswer.Lease(held.principal(), held.address(), ""));
                            backoff.reset();
                        }
                    }
                }
            }
        }
    }

    private @Nullable HeldLease askWhatIsHeld(Server server, Source.Present source, SshRun holding)
            throws IOException, InterruptedException {
        try (SshRun asking = SshRun.start(ssh.line(server, family, source, "leases", "--json"), bell::tick)) {
            bell.awaitRing(nowMs() + RUN_MS_MAX, () -> asking.isOver() || holding.isOver());
            if (asking.isOver() && asking.exitStatus() == 0) {
                return HeldLease.find(asking.output(), destination, source.bind())
                        .orElse(null);
            }
            // A ring taken here may have been a change.
            bell.ring();
            return null;
        }
    }

    private enum Awaited {
        OVER,
        OVERTAKEN,
        TOO_LONG
    }

    /** Waits for a run, as long as what it announces is still so. */
    private Awaited await(SshRun run, Server server, Source.Present source, long untilBootMs)
            throws InterruptedException {
        while (!run.isOver()) {
            boolean rung = bell.awaitRing(untilBootMs, run::isOver);
            if (bell.hasEnded() || rung && !choice.choose(server, family).equals(source)) {
                return Awaited.OVERTAKEN;
            }
            if (!rung && !run.isOver()) {
                return Awaited.TOO_LONG;
            }
        }
        return Awaited.OVER;
    }

    private @Nullable Ending granted(SshAnswer.Granted granted) {
        granted.leases().forEach(this::told);
        if (!granted.notes().equals(notes)) {
            notes = granted.notes();
            if (!notes.isEmpty()) {
                events.accept(new AgentEvent.Noted(destination.server(), notes));
            }
        }
        backoff.reset();
        nextMs = nowMs() + Backoff.jittered(settings.everyMs());
        return settings.way() == Mode.ONCE ? Ending.DONE : null;
    }

    private void told(SshAnswer.Lease lease) {
        trouble = "";
        troubledSinceMs = 0;
        devices.add(lease.device());
        boolean six = lease.address().indexOf(':') >= 0;
        String former = six ? leased6 : leased4;
        if (six) {
            leased6 = lease.address();
        } else {
            leased4 = lease.address();
        }
        events.accept(new AgentEvent.Granted(
                destination.server(), lease.principal(), lease.address(), lease.until(), former));
    }

    /** A refusal of what never was granted wants mending by hand; after a grant somebody else may mend it. */
    private @Nullable Ending refused(SshAnswer.Refused refused) {
        boolean never = leased4.isEmpty() && leased6.isEmpty();
        boolean stops = settings.way() == Mode.ONCE || never && !refused.mayPass();
        if (!trouble.equals(refused.code()) || stops) {
            events.accept(new AgentEvent.Refused(destination.server(), refused.code(), refused.reason(), stops));
        }
        trouble = refused.code();
        long waitMs = SOON_OVER.contains(refused.code()) ? Math.max(1000, backoff.nextMs()) : settings.everyMs();
        nextMs = nowMs() + waitMs;
        return stops ? Ending.REFUSED : null;
    }

    private @Nullable Ending unreachable(String reason, long startedMs) {
        long waitMs = backoff.nextMs();
        nextMs = nowMs() + waitMs;
        failed = true;
        if (troubledSinceMs == 0) {
            troubledSinceMs = startedMs;
        }
        boolean last = settings.way() == Mode.ONCE;
        boolean lasting = nowMs() - troubledSinceMs >= TROUBLE_MS_MIN || backoff.failures() >= TROUBLE_ATTEMPTS_MIN;
        if (last || lasting && trouble.isEmpty()) {
            trouble = "unreachable";
            events.accept(new AgentEvent.Unreachable(destination.server(), reason, last ? -1 : waitMs));
        }
        return last ? Ending.NOT_REACHABLE : null;
    }

    private void idle(String why) {
        if (!trouble.equals(why)) {
            trouble = why;
            events.accept(new AgentEvent.Idle(destination.server(), why));
        }
    }

    private long nowMs() {
        return clock.now().monotonicMs();
    }
}
