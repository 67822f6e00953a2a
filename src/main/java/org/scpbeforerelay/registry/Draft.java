package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.AnnouncementRules.StandingLeases;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.LeaseChange;

/** The book as it will be after the round that is being judged: what is not yet committed lies over what is published. */
final class Draft {
    private final LeaseBook book;
    private final Map<UserName, Map<LeaseKey, LeaseChange>> overlay = new HashMap<>();
    private final List<LeaseChange> changes = new ArrayList<>();

    Draft(LeaseBook book) {
        this.book = book;
    }

    void put(Lease lease) {
        add(new LeaseChange.Put(lease));
    }

    void remove(LeaseKey key) {
        add(new LeaseChange.Remove(key));
    }

    /** The changes in the order in which they were judged. */
    List<LeaseChange> changes() {
        return changes;
    }

    @Nullable
    Lease get(LeaseKey key) {
        LeaseChange change =
                overlay.getOrDefault(key.principal().user(), Map.of()).get(key);
        return switch (change) {
            case null -> book.get(key);
            case LeaseChange.Put put -> put.lease();
            case LeaseChange.Remove remove -> null;
        };
    }

    /** What the judge of this user's announcement sees. */
    StandingLeases standing(UserName user) {
        return new StandingLeases() {
            @Override
            public Iterable<Lease> ofUser() {
                Map<LeaseKey, LeaseChange> drafted = overlay.get(user);
                if (drafted == null) {
                    return book.of(user);
                }
                Map<LeaseKey, Lease> merged = new LinkedHashMap<>();
                book.of(user).forEach(lease -> merged.put(lease.key(), lease));
                drafted.keySet().forEach(key -> {
                    Lease lease = get(key);
                    if (lease == null) {
                        merged.remove(key);
                    } else {
                        merged.put(key, lease);
                    }
                });
                return merged.values();
            }

            @Override
            public @Nullable Lease in(LeaseKey key) {
                return get(key);
            }
        };
    }

    private void add(LeaseChange change) {
        changes.add(change);
        overlay.computeIfAbsent(change.key().principal().user(), user -> new HashMap<>())
                .put(change.key(), change);
    }
}
