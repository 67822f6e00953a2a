package org.scpbeforerelay.registry;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/**
 * The program that {@link KillNineTest} kills: a real registry on a real store, users who announce new addresses and are revoked
 * as fast as they get answers. It prints {@code try USER N ADDRESS} before and {@code done USER N} after each, in one write each.
 */
final class KilledRegistry {
    static final int USERS = 12;

    private KilledRegistry() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        long seed = Long.parseLong(args[1]);
        Registry registry = new Registry(SqliteLeaseStore.open(file), new SystemClock(), roster(), Scene.TERMS);
        registry.open();
        new RegistryThread(registry).start();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        say(out, "ready");
        for (int user = 0; user < USERS; user++) {
            String name = "user" + user;
            Random random = new Random(seed + user);
            Thread.ofPlatform().start(() -> actForever(registry, name, random, out));
        }
    }

    private static void actForever(Registry registry, String name, Random random, PrintStream out) {
        for (int number = 1; ; number++) {
            if (random.nextInt(10) == 0) {
                say(out, "try " + name + " " + number + " nothing");
                if (registry.revoke(Selection.parse(name), "to see it gone")
                        .join()
                        .recorded()) {
                    say(out, "done " + name + " " + number);
                }
            } else {
                ClientAddress address = ClientAddress.ofIpv4(0x5500_0000 | random.nextInt(1 << 24));
                say(out, "try " + name + " " + number + " " + address);
                if (registry.announce(announcement(name, address)).join() instanceof Verdict.Granted) {
                    say(out, "done " + name + " " + number);
                }
            }
        }
    }

    private static void say(PrintStream out, String line) {
        synchronized (out) {
            out.print(line + "\n");
            out.flush();
        }
    }

    private static Announcement announcement(String name, ClientAddress address) {
        return new Announcement(
                Principal.parse(name),
                LeaseSource.OPERATOR,
                "",
                address,
                List.of(),
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW);
    }

    static Roster roster() {
        Map<UserName, Allowance> users = new HashMap<>();
        for (int user = 0; user < USERS; user++) {
            UserName name = new UserName("user" + user);
            users.put(name, Allowance.plain(name, 86_400_000));
        }
        return new Roster(users, Set.of(), null);
    }
}
