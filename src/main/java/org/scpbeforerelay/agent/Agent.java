package org.scpbeforerelay.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.scpbeforerelay.agent.AgentSettings.Mode;
import org.scpbeforerelay.clock.Clock;

/**
 * Announces this machine to its servers and keeps it announced. Events come one at a time, on threads of the agent's own. To be
 * run once.
 */
public final class Agent {
    private static final long REVOKE_MS_MAX = 15_000;

    private final AgentSettings settings;
    private final Clock clock;
    private final Consumer<AgentEvent> listener;
    private final List<Way> ways = new ArrayList<>();
    private volatile boolean toldToEnd;

    public Agent(AgentSettings settings, Clock clock, Consumer<AgentEvent> listener) {
        this.settings = settings;
        this.clock = clock;
        this.listener = listener;
        for (Destination destination : settings.destinations()) {
            for (var family : new SourceChoice(settings).families()) {
                ways.add(new Way(settings, destination, family, clock, this::tell));
            }
        }
    }

    private synchronized void tell(AgentEvent event) {
        listener.accept(event);
    }

    /** Returns when told to end, or when no way is left to go on with. */
    public Ending run() throws InterruptedException {
        Map<Way, Ending> endings = new ConcurrentHashMap<>();
        AddressWatch watch = new AddressWatch(clock, new Alarm(), settings.polled());
        if (settings.way() != Mode.ONCE) {
            watch.start();
        }
        try (watch) {
            List<Thread> threads = new ArrayList<>();
            for (Way way : ways) {
                threads.add(Thread.ofPlatform()
                        .name("way-" + way.destination().server())
                        .start(() -> {
                            endings.put(way, Ending.DEFECT); // unless it comes to another end
                            endings.put(way, ending(way));
                        }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        if (toldToEnd && settings.revokeOnExit()) {
            revoke();
        }
        return toldToEnd ? Ending.DONE : gravest(endings);
    }

    private static Ending ending(Way way) {
        try {
            return way.run();
        } catch (InterruptedException e) {
            return Ending.DONE;
        }
    }

    /**
     * The gravest of all. Where the families are ours to choose, one that is granted makes good for another of the same server
     * that is not reached or not there.
     */
    private Ending gravest(Map<Way, Ending> endings) {
        Map<Destination, Set<Ending>> byServer = new LinkedHashMap<>();
        endings.forEach((way, ending) -> byServer.computeIfAbsent(way.destination(), key -> new TreeSet<>())
                .add(ending));
        Ending gravest = Ending.DONE;
        for (Set<Ending> ofServer : byServer.values()) {
            if (!settings.bothFamilies() && ofServer.contains(Ending.DONE)) {
                ofServer.remove(Ending.NOTHING_TO_ANNOUNCE);
                ofServer.remove(Ending.NOT_REACHABLE);
            }
            for (Ending ending : ofServer) {
                gravest = gravest.or(ending);
            }
        }
        return gravest;
    }

    /** Has {@link #run} return, after revoking where that is asked for. Any thread. */
    public void end() {
        toldToEnd = true;
        ways.forEach(way -> way.bell().end());
    }

    /** Announces everything at once. Any thread. */
    public void announceNow() {
        ways.forEach(way -> way.bell().ringForAll());
    }

    private void revoke() throws InterruptedException {
        Map<Destination, Set<String>> devices = new LinkedHashMap<>();
        ways.forEach(way -> devices.computeIfAbsent(way.destination(), key -> new TreeSet<>())
                .addAll(way.devices()));
        List<Thread> threads = new ArrayList<>();
        devices.forEach((destination, names) ->
                names.forEach(device -> threads.add(Thread.ofPlatform().start(() -> revoke(destination, device)))));
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void revoke(Destination destination, String device) {
        SshCommand ssh = new SshCommand(settings);
        Bell bell = new Bell(clock);
        try {
            Server server = ssh.server(destination);
            Source.Present anywhere = new Source.Present(null, null, "");
            try (SshRun run =
                    SshRun.start(ssh.line(server, null, anywhere, "revoke", "--device", device), bell::tick)) {
                bell.awaitRing(clock.now().monotonicMs() + REVOKE_MS_MAX, run::isOver);
                if (run.isOver() && run.exitStatus() == 0) {
                    run.output()
                            .lines()
                            .filter(line -> line.startsWith("revoked "))
                            .forEach(line -> tell(new AgentEvent.Revoked(
                                    destination.server(), line.substring(line.lastIndexOf(' ') + 1))));
                } else {
                    tell(new AgentEvent.Unreachable(destination.server(), "the lease could not be revoked", -1));
                }
            }
        } catch (IOException e) {
            tell(new AgentEvent.Unreachable(destination.server(), "the lease could not be revoked: " + e, -1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Alarm implements AddressWatch.Listener {
        @Override
        public void addressesChanged() {
            ways.forEach(way -> way.bell().ring());
        }

        @Override
        public void routesChanged() {
            ways.forEach(Way::tryAgainIfFailed);
        }

        @Override
        public void slept(long ms) {
            tell(new AgentEvent.Woken("", ms));
            announceNow();
        }

        @Override
        public void tick() {
            ways.forEach(way -> way.bell().tick());
        }
    }
}
