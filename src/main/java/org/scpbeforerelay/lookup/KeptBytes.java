package org.scpbeforerelay.lookup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * How many bytes are kept for all connections together: beginnings of requests, and answers that are not taken. What one connection
 * keeps is bounded by its protocol; that of tens of thousands would fill the heap. Belongs to one thread.
 */
final class KeptBytes {
    private final long most;
    private long now;

    KeptBytes(long most) {
        this.most = most;
    }

    /** So many more; fewer when negative. */
    void add(int more) {
        now += more;
    }

    boolean isTooMuch() {
        return now > most;
    }

    /**
     * Whose going brings it an eighth below the bound, so that a crowd is not looked through for each of its bytes: those that keep the
     * most, and of equals those that began first. A mail server whose request came in two pieces is the last of them.
     */
    List<Connection> greediest(Collection<Connection> all) {
        List<Connection> keeping = new ArrayList<>(all);
        keeping.removeIf(connection -> connection.kept() == 0);
        keeping.sort(Comparator.comparingInt(Connection::kept)
                .reversed()
                .thenComparingLong(connection -> connection.unfinishedSinceMs));
        int going = 0;
        for (long left = now; going < keeping.size() && left > most - most / 8; going++) {
            left -= keeping.get(going).kept();
        }
        return keeping.subList(0, going);
    }
}
