package org.scpbeforerelay.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.fault.History.Outcome;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.pool.PoolHost;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.shared.SharedStore.WhenAway;
import org.scpbeforerelay.store.shared.redis.RedisAddress;

/**
 * A relay host below SSH as a process of its own: {@code FOLDER NAME local|refuse SENTINEL…},
 * addresses of Sentinels. It is told on its standard input, a
 * line each, and tells on its standard output; times are {@code System.nanoTime}.
 *
 * <pre>
 * w ADDRESS                   look at this address from now on
 * a ID DEVICE ADDRESS         announce             a ID OUTCOME BEGAN ANSWERED END
 * r ID DEVICE                 revoke               r ID BEGAN ANSWERED ADDRESS,ADDRESS
 *                                                  p ADDRESS DEVICE NS     permitted from now on
 *                                                  n ADDRESS NS            no more; the last time that it was
 *                                                  b NS                    all that was permitted was so after this
 *                                                  l COUNT                 losses of the engine that it has noticed
 *                                                  s TEXT                  the problem that status would show, or -
 * </pre>
 */
final class FaultNode {
    /** Users of most numbers have long leases, every fourth such as end during the test. */
    static final long LONG_MS = 1_200_000;

    static final long BRIEF_MS = 8_000;
    static final int USERS = 60;

    private static final long LOOK_EVERY_NS = 20_000_000;
    private static final int RECENT_MAX = 600;
    private static final int ROUNDS_FOR_OLD = 64;

    private final PoolHost host;
    private final Clock clock;
    private final PrintStream out;
    private final ConcurrentLinkedQueue<String> toWatch = new ConcurrentLinkedQueue<>();
    private final List<String> watched = new ArrayList<>();
    private final Map<String, String> permitted = new HashMap<>();
    private final Map<String, RelayQuestion> questions = new HashMap<>();
    private long lastLookNs;
    private long saidLosses;
    private String saidProblem = "?";

    private FaultNode(PoolHost host, Clock clock, PrintStream out) {
        this.host = host;
        this.clock = clock;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
        List<RedisAddress.Place> sentinels = new ArrayList<>();
        for (int i = 3; i < arguments.length; i++) {
            sentinels.add(new RedisAddress.Place(arguments[i], 26379));
        }
        Path folder = Path.of(arguments[0]);
        Clock clock =
                Boolean.getBoolean("stopped.clock") ? new SettableClock(System.currentTimeMillis()) : new SystemClock();
        PoolHost host = new PoolHost(
                folder,
                arguments[1],
                new RedisAddress(sentinels, "relay", false, null, null, null, 0),
                clock,
                arguments[2].equals("local") ? WhenAway.LOCAL : WhenAway.REFUSE,
                SqliteLeaseStore.open(folder.resolve("leases.db")),
                roster());
        FaultNode node = new FaultNode(host, clock, out);
        Thread.ofPlatform().name("looks").daemon().start(node::look);
        node.listen();
    }

    private static Roster roster() {
        Map<UserName, Allowance> allowances = new HashMap<>();
        for (int i = 0; i < USERS; i++) {
            UserName name = new UserName("user" + i);
            allowances.put(name, Allowance.plain(name, termMs(i)));
        }
        return new Roster(allowances, Set.of(), null);
    }

    static long termMs(int user) {
        return user % 4 == 1 ? BRIEF_MS : LONG_MS;
    }

    private void listen() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> words = List.of(line.split(" "));
            switch (words.getFirst()) {
                case "w" -> toWatch.add(words.get(1));
                case "a" -> announce(words.get(1), words.get(2), words.get(3));
                case "r" -> revoke(words.get(1), words.get(2));
                default -> throw new IllegalArgumentException(line);
            }
        }
        // Whoever started this has ended.
        Runtime.getRuntime().halt(0);
    }

    private void announce(String id, String device, String address) {
        long began = System.nanoTime();
        long beganMs = clock.now().wallMs();
        host.announce(device, address(address)).whenComplete((verdict, defect) -> {
            long answered = System.nanoTime();
            Outcome outcome = switch (verdict) {
                case Verdict.Granted granted when granted.leases().getFirst().renewedAtMs() < beganMs -> Outcome.SPARED;
                case Verdict.Granted granted when !granted.notes().isEmpty() -> Outcome.ALONE;
                case Verdict.Granted _ -> Outcome.GRANTED;
                case Verdict.Refused refused when refused.code().text().equals("store-unavailable") -> Outcome.MAYBE;
                case Verdict.Refused _ -> Outcome.REFUSED;
                case null -> Outcome.REFUSED;
            };
            long end = verdict instanceof Verdict.Granted granted
                    ? endNs(granted.leases().getFirst())
                    : answered + LONG_MS * 1_000_000;
            say("a " + id + " " + outcome + " " + began + " " + answered + " " + end);
        });
    }

    private long endNs(Lease lease) {
        long left = lease.leftMs(clock.now());
        return System.nanoTime() + left * 1_000_000;
    }

    private void revoke(String id, String device) {
        long began = System.nanoTime();
        host.registry().revoke(Selection.parse(device), "by the test").whenComplete((revocation, defect) -> {
            long answered = System.nanoTime();
            List<String> ended = revocation instanceof Revocation(List<Lease> leases, boolean _)
                    ? leases.stream().map(Lease::addressText).toList()
                    : List.of();
            say("r " + id + " " + began + " " + answered + " " + (ended.isEmpty() ? "-" : String.join(",", ended)));
        });
    }

    // Looks

    private void look() {
        for (int round = 0; ; round++) {
            long began = System.nanoTime();
            for (String address = toWatch.poll(); address != null; address = toWatch.poll()) {
                watched.add(address);
                questions.put(address, RelayQuestion.byAddressAlone(address(address)));
            }
            List<String> addresses = new ArrayList<>(permitted.keySet());
            int recent = Math.max(0, watched.size() - RECENT_MAX);
            addresses.addAll(watched.subList(recent, watched.size()));
            for (int i = round % ROUNDS_FOR_OLD; i < recent; i += ROUNDS_FOR_OLD) {
                addresses.add(watched.get(i));
            }
            addresses.forEach(this::look);
            say("b " + began);
            lastLookNs = began;
            lookAtHealth();
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    private void look(String address) {
        RelayQuestion question = questions.get(address);
        RelayDecision decision = question == null ? null : host.registry().decide(question);
        long after = System.nanoTime();
        String device = decision instanceof RelayDecision.Permitted yes
                ? yes.lease().principal().toString()
                : null;
        String former = permitted.get(address);
        if (former != null && !former.equals(device)) {
            permitted.remove(address);
            say("n " + address + " " + lastLookNs);
        }
        if (device != null && !device.equals(former)) {
            permitted.put(address, device);
            say("p " + address + " " + device + " " + after);
        }
    }

    private void lookAtHealth() {
        // Each of the two only grows.
        long losses = host.follower().lost() + host.follower().emptied();
        if (losses != saidLosses) {
            saidLosses = losses;
            say("l " + losses);
        }
        String problem = host.store().problem();
        String text = problem == null ? "-" : problem;
        if (!text.equals(saidProblem)) {
            saidProblem = text;
            say("s " + text);
        }
    }

    private void say(String line) {
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    private static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }
}
