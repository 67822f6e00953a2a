package org.scpbeforerelay.source.ssh;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.scpbeforerelay.lease.UserName;

/** The connections that have proved who they are. Any thread may call. */
final class Connections {
    private final Set<Connection> all = ConcurrentHashMap.newKeySet();
    private final Map<UserName, Integer> ofUsers = new ConcurrentHashMap<>();
    private final Map<UserName, AtomicLong> keptForUsers = new ConcurrentHashMap<>(); // users are few, and stay

    void add(Connection connection) {
        if (all.add(connection)) {
            ofUsers.merge(connection.visitor().identity().user(), 1, Integer::sum);
        }
    }

    void remove(Connection connection) {
        if (all.remove(connection)) {
            ofUsers.merge(connection.visitor().identity().user(), -1, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    int count() {
        return all.size();
    }

    /** How many a user has, under whatever login names. */
    int of(UserName user) {
        return ofUsers.getOrDefault(user, 0);
    }

    /** What a new connection of this user will make us keep. */
    Kept keptFor(UserName user) {
        return new Kept(keptForUsers.computeIfAbsent(user, each -> new AtomicLong()));
    }

    /** All, as they come and go. */
    Set<Connection> all() {
        return Collections.unmodifiableSet(all);
    }
}
