package org.scpbeforerelay.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.AnnouncementRules.StandingLeases;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.sign.Departure;
import org.scpbeforerelay.sign.Trails;
import org.scpbeforerelay.store.LeaseChange;

/** The book as it will be after the round that is being judged: what is not yet committed lies over what is published. */
final class Draft {
    private final LeaseBook book;
    private final Map<UserName, Map<LeaseKey, LeaseChange>> overlay = new HashMap<>();
    private final List<LeaseChange> changes = new ArrayList<>();

    private final Trails trails;
    private final Moment now;
    private final Map<ClientAddress, Set<LeaseKey>> arrivals = new HashMap<>();
    private final Map<ClientAddress, Departure> departures = new HashMap<>();

    Draft(LeaseBook book, Trails trails, Moment now) {
        this.book = book;
        this.trails = trails;
        this.now = now;
    }

    void put(Lease lease) {
        add(new LeaseChange.Put(lease));
    }

    void remove(LeaseKey key) {
        add(new LeaseChange.Remove(key));
    }

    /** Changes of the last that is judged in the round: nobody looks at the draft any more. */
    void addLast(List<LeaseChange> last) {
        changes.addAll(last);
    }

    /** The changes in the order in which they were judged. */
    List<LeaseChange> changes() {
        return changes;
    }

    @Nullable
    Lease get(LeaseKey key) {
        LeaseChange change = overlay.getOrDefault(key.user(), Map.of()).get(key);
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

            @Override
            public Iterable<Lease> at(ClientAddress address) {
                return drafted(address);
            }

            @Override
            public @Nullable Departure departure(ClientAddress address) {
                Departure drafted = Trails.departure(departures, address);
                return drafted == null ? trails.departure(address) : drafted;
            }
        };
    }

    private List<Lease> drafted(ClientAddress address) {
        Lease[] published = book.at(address);
        if (changes.isEmpty()) {
            return Arrays.asList(published);
        }
        Set<LeaseKey> keys = new LinkedHashSet<>();
        for (Lease lease : published) {
            keys.add(lease.key());
        }
        keys.addAll(arrivals.getOrDefault(address, Set.of()));
        if (!address.isIpv4()) {
            keys.addAll(arrivals.getOrDefault(address.masked(64), Set.of()));
        }
        List<Lease> there = new ArrayList<>();
        for (LeaseKey key : keys) {
            Lease lease = get(key);
            if (lease != null && lease.covers(address)) {
                there.add(lease);
            }
        }
        return there;
    }

    private void add(LeaseChange change) {
        Lease former = get(change.key());
        Lease lease = change instanceof LeaseChange.Put put ? put.lease() : null;
        if (former != null && (lease == null || !lease.network().equals(former.network()))) {
            departures.put(former.address(), Departure.of(former, now));
        }
        if (lease != null) {
            arrivals.computeIfAbsent(lease.address(), address -> new LinkedHashSet<>())
                    .add(lease.key());
        }
        changes.add(change);
        overlay.computeIfAbsent(change.key().user(), user -> new HashMap<>()).put(change.key(), change);
    }
}
