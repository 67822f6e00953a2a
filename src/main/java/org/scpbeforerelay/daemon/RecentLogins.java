package org.scpbeforerelay.daemon;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.drop.LoginEvidence;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;

/**
 * The logins to this host's sshd of the last minutes, as its log has them: what {@code [drop] proof = "sshd-login"} asks. Bounded:
 * where a flood of logins exceeds it, the oldest are forgotten, and a file without evidence is refused, not believed.
 */
final class RecentLogins implements LoginEvidence, Consumer<Login> {
    private static final long REMEMBERED_MS = 15 * 60_000;
    private static final int REMEMBERED_MAX = 100_000;

    private final Map<Who, Deque<Long>> times = new HashMap<>();
    private final Deque<Login> inOrder = new ArrayDeque<>();

    private record Who(String login, ClientAddress address) {}

    @Override
    public synchronized void accept(Login login) {
        times.computeIfAbsent(who(login), who -> new ArrayDeque<>()).addLast(login.atMs());
        inOrder.addLast(login);
        while (inOrder.size() > REMEMBERED_MAX || inOrder.getFirst().atMs() < login.atMs() - REMEMBERED_MS) {
            forget(inOrder.removeFirst());
        }
    }

    @Override
    public synchronized boolean loggedIn(String login, ClientAddress address, long fromMs, long toMs) {
        for (long atMs : times.getOrDefault(new Who(login, address), new ArrayDeque<>())) {
            if (atMs >= fromMs && atMs <= toMs) {
                return true;
            }
        }
        return false;
    }

    private void forget(Login login) {
        Deque<Long> of = times.get(who(login));
        if (of == null) {
            return;
        }
        for (Iterator<Long> each = of.iterator(); each.hasNext(); ) {
            if (each.next() == login.atMs()) {
                each.remove();
                break;
            }
        }
        if (of.isEmpty()) {
            times.remove(who(login));
        }
    }

    private static Who who(Login login) {
        return new Who(login.user(), login.address());
    }
}
