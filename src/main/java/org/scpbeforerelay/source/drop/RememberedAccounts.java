package org.scpbeforerelay.source.drop;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;

/**
 * What the system said of its accounts within the last minute: a large passwd file is read from its beginning for every question. That
 * there was no answer is not remembered, as of a directory server that comes up later than the daemon. For one thread at a time.
 */
final class RememberedAccounts implements Accounts {
    /** How old an answer may be: a user id may be given to somebody else. */
    static final long AGE_MS = 60_000;

    /** More than this many accounts are not kept in mind; with more, no group is known to be private. */
    static final int REMEMBERED_MAX = 100_000;

    private final NameService system;
    private final Clock clock;
    private final Map<Integer, Optional<String>> names = new HashMap<>();
    private final Map<Long, Boolean> privateGroups = new HashMap<>();
    private @Nullable PrimaryGroups primaryGroups;
    private long sinceMs;

    RememberedAccounts(NameService system, Clock clock) {
        this.system = system;
        this.clock = clock;
    }

    @Override
    public Optional<String> nameOf(int uid) {
        freshen();
        try {
            return askName(uid);
        } catch (KernelException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean isPrivateGroup(int gid, int uid) {
        freshen();
        long both = (long) gid << 32 | Integer.toUnsignedLong(uid);
        Boolean known = privateGroups.get(both);
        if (known != null) {
            return known;
        }
        try {
            boolean answer = hasNobodyElse(gid, uid);
            privateGroups.put(both, answer);
            return answer;
        } catch (KernelException e) {
            return false;
        }
    }

    @Override
    public void forget() {
        names.clear();
        privateGroups.clear();
        primaryGroups = null;
        sinceMs = clock.now().monotonicMs();
    }

    private void freshen() {
        boolean old = clock.now().monotonicMs() - sinceMs >= AGE_MS;
        if (old || names.size() > REMEMBERED_MAX || privateGroups.size() > REMEMBERED_MAX) {
            forget();
        }
    }

    private Optional<String> askName(int uid) throws KernelException {
        Optional<String> known = names.get(uid);
        if (known == null) {
            known = system.nameOf(uid);
            names.put(uid, known);
        }
        return known;
    }

    /** The group has the user's name, no member but the user, and is nobody else's primary group. */
    private boolean hasNobodyElse(int gid, int uid) throws KernelException {
        Optional<String> user = askName(uid);
        Optional<NameService.Group> group = user.isEmpty() ? Optional.empty() : system.group(gid);
        return group.isPresent()
                && user.equals(Optional.of(group.get().name()))
                && group.get().members().stream().allMatch(user.get()::equals)
                && primaryGroups().isAtMostOf(gid, uid);
    }

    private PrimaryGroups primaryGroups() throws KernelException {
        PrimaryGroups known = primaryGroups;
        if (known == null) {
            known = new PrimaryGroups();
            system.list(known);
            primaryGroups = known;
        }
        return known;
    }

    /** Whose primary group each group is. */
    private static final class PrimaryGroups implements NameService.Listing {
        private static final int SEVERAL = -1; // no user id: chown(2) takes it for "leave it"

        private final Set<Integer> listed = new HashSet<>();
        private final Map<Integer, Integer> userOf = new HashMap<>();

        @Override
        public boolean account(int uid, int primaryGid) {
            listed.add(uid);
            userOf.merge(primaryGid, uid, (one, other) -> one.equals(other) ? one : Integer.valueOf(SEVERAL));
            return listed.size() <= REMEMBERED_MAX;
        }

        /**
         * Whether it is this user's primary group or nobody's. Only to be said of a user who was listed: where that one is kept
         * may be others whom nobody lists.
         */
        boolean isAtMostOf(int gid, int uid) {
            return listed.size() <= REMEMBERED_MAX && listed.contains(uid) && userOf.getOrDefault(gid, uid) == uid;
        }
    }
}
