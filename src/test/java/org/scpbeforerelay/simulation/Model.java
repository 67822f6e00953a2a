package org.scpbeforerelay.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What must be, in the plainest way: texts, a list, and true time. Written from the contract, not from the code: one right per device
 * and family, gone at its end by either clock, with its user, or with its key.
 */
final class Model {
    static final long TERM_MAX_MS = 1_200_000;
    static final int DEVICES = 3;

    /** What a user may do at the moment. */
    record User(boolean enabled, String key, long termMs) {}

    /** A right to relay. True times are milliseconds of a clock that nobody can set. */
    record Right(
            String place,
            String user,
            String device,
            String address,
            String key,
            long granted,
            long renewedWall,
            long endWall,
            long endTrue) {
        @Override
        public String toString() {
            return place + " at " + address + " by " + key + " granted " + granted + " renewed " + renewedWall
                    + " ends " + endWall + " (true " + endTrue + ")";
        }
    }

    final Map<String, User> users = new TreeMap<>();
    final Map<String, Right> rights = new TreeMap<>();

    /** From before a reboot, while nobody has set the clock. */
    final Map<String, Right> waiting = new TreeMap<>();

    private long lastWaitingEnd;

    /**
     * For each place, what a crash may leave on the disk: the only thing after a commit that went well, one thing more after each
     * that did not. Null stands for nothing.
     */
    private final Map<String, Set<@Nullable Right>> possible = new HashMap<>();

    private static final Set<@Nullable Right> NOTHING = Collections.singleton(null);

    /** By place and address: the true instant at and after which nobody may relay by it, whatever the clocks say. */
    private final Map<String, List<Promise>> promises = new HashMap<>();

    private record Promise(long atMost, long clockErrorAtRenewal) {}

    long trueMs = 1_000_000_000L;

    /** Wall clock minus true time, of a clock that is right. */
    final long rightClockError = 1_795_348_800_000L - trueMs;

    long clockError = rightClockError;

    long wall() {
        return trueMs + clockError;
    }

    static String place(String user, String device, String address) {
        return user + "/" + device + (address.contains(":") ? "/ipv6" : "/ipv4");
    }

    boolean active(Right right) {
        return wall() < right.endWall && trueMs < right.endTrue;
    }

    /** Null: granted. Otherwise the refusal's word. {@code addresses}: one per family, all of them the user's to claim. */
    @Nullable
    String judge(String user, String device, String key, List<String> addresses, boolean anothersAddress) {
        User known = users.get(user);
        if (known == null || !known.enabled) {
            return "disabled";
        }
        if (!known.key.equals(key)) {
            return "key-expired";
        }
        if (anothersAddress) {
            return "address-not-yours";
        }
        Set<String> others = new HashSet<>();
        for (Right right : rights.values()) {
            if (right.user.equals(user) && !right.device.equals(device) && active(right)) {
                others.add(right.device);
            }
        }
        return others.size() >= DEVICES ? "too-many-devices" : null;
    }

    /** The rights that this grant would make. */
    List<Right> granting(String user, String device, String key, List<String> addresses) {
        List<Right> made = new ArrayList<>();
        long term = Objects.requireNonNull(users.get(user)).termMs;
        for (String address : addresses) {
            String place = place(user, device, address);
            Right former = rights.get(place);
            long granted = wall();
            long endWall = wall() + term;
            long endTrue = trueMs + term;
            if (former != null && active(former) && former.address.equals(address)) {
                boolean setBack = former.renewedWall > wall();
                granted = setBack ? Math.min(former.granted(), wall()) : former.granted();
                long left = Math.min(former.endWall - wall(), former.endTrue - trueMs);
                if (left > term && former.key.equals(key)) {
                    // No renewal makes shorter what was promised to the same key.
                    endWall = setBack ? wall() + left : former.endWall;
                    endTrue = former.endTrue;
                }
            }
            made.add(new Right(place, user, device, address, key, granted, wall(), endWall, endTrue));
        }
        return made;
    }

    void grant(Right right) {
        rights.put(right.place, right);
    }

    /** A commit that should have said this about the place went wrong, or was cut off. */
    void mayHaveReachedTheDisk(String place, @Nullable Right right) {
        possible.computeIfAbsent(place, p -> new HashSet<>(NOTHING)).add(right);
    }

    /** The disk has all of the rights now, and nothing else. */
    void allIsRecorded() {
        possible.clear();
        rights.forEach((place, right) -> possible.put(place, new HashSet<>(Set.of(right))));
        waiting.forEach((place, right) -> possible.put(place, new HashSet<>(Set.of(right))));
    }

    /** Whether each of these places can be only one thing on the disk. */
    boolean certain(Set<String> places) {
        return places.stream()
                .allMatch(place -> possible.getOrDefault(place, Set.of()).size() <= 1);
    }

    /** Somebody has proven to be there: by this the address may relay until its end, if ever. */
    void promise(Right right) {
        promises.computeIfAbsent(right.place + "@" + right.address, of -> new ArrayList<>())
                .add(new Promise(right.endTrue, clockError));
    }

    /** Whether a permit by this place and address is within what was proven at this true instant. */
    boolean promised(String place, String address) {
        return promises.getOrDefault(place + "@" + address, List.of()).stream()
                .anyMatch(promise -> trueMs < promise.atMost);
    }

    /** After a reboot only the wall clock can tell: an end shifts by as much as that was set, never beyond a term from now. */
    private void shiftPromises(Right right) {
        promises.getOrDefault(right.place + "@" + right.address, List.of()).replaceAll(promise -> {
            long shifted = promise.atMost + Math.abs(clockError - promise.clockErrorAtRenewal);
            return new Promise(
                    Math.max(promise.atMost, Math.min(trueMs + TERM_MAX_MS, shifted)), promise.clockErrorAtRenewal);
        });
    }

    /** What a disk may not hold; null when it is as it should be. */
    @Nullable
    String faultOfDisk(Map<String, Right> disk) {
        Set<String> places = new HashSet<>(disk.keySet());
        places.addAll(possible.keySet());
        for (String place : places) {
            Set<@Nullable Right> allowed = possible.get(place);
            Right there = disk.get(place);
            boolean fine = (allowed == null ? NOTHING : allowed)
                    .stream().anyMatch(one -> same(one, there) || there == null && one != null && isOver(one));
            if (!fine) {
                return place + " is on the disk as " + there + ", and may be " + allowed;
            }
        }
        return null;
    }

    /**
     * A start: what is on the disk, with its deadline in true time, or null where another boot wrote it. What is of another boot waits
     * while nobody has set the clock.
     */
    void start(Map<String, Right> disk, Set<String> ofAnotherBoot, boolean isSynchronised) {
        rights.clear();
        waiting.clear();
        possible.clear();
        disk.forEach((place, right) -> {
            if (!ofAnotherBoot.contains(place)) {
                if (right.renewedWall <= wall() && trueMs < right.endTrue && upheld(right)) {
                    rights.put(place, right);
                }
            } else if (isSynchronised) {
                revive(right);
            } else {
                waiting.put(place, right);
            }
        });
        lastWaitingEnd =
                waiting.values().stream().mapToLong(Right::endWall).max().orElse(0);
    }

    /** The wall clock alone says what is left. */
    private void revive(Right right) {
        shiftPromises(right);
        if (right.renewedWall <= wall() && wall() < right.endWall && upheld(right)) {
            rights.put(
                    right.place,
                    new Right(
                            right.place,
                            right.user,
                            right.device,
                            right.address,
                            right.key,
                            right.granted,
                            right.renewedWall,
                            right.endWall,
                            trueMs + right.endWall - wall()));
        }
    }

    /** A round: somebody has set the clock, or all are over by a clock that can only be behind. */
    void reviveWaiting(boolean isSynchronised) {
        if (!isSynchronised && wall() < lastWaitingEnd) {
            return;
        }
        waiting.values().forEach(right -> {
            revive(right);
            mayHaveReachedTheDisk(right.place, rights.get(right.place));
        });
        waiting.clear();
    }

    /** What stands and what waits. */
    Map<String, Right> everything() {
        Map<String, Right> everything = new TreeMap<>(rights);
        everything.putAll(waiting);
        return everything;
    }

    /** Takes away what is meant; gives the places, with nothing in them. */
    Map<String, @Nullable Right> takeAll(Predicate<Right> meant) {
        Map<String, @Nullable Right> taken = new HashMap<>();
        everything().values().stream().filter(meant).forEach(right -> taken.put(right.place, null));
        rights.keySet().removeAll(taken.keySet());
        waiting.keySet().removeAll(taken.keySet());
        return taken;
    }

    /** Something newer is known of this place, which the disk may not have yet. */
    void noLongerWaits(String place) {
        if (waiting.remove(place) != null) {
            mayHaveReachedTheDisk(place, null);
        }
    }

    boolean upheld(Right right) {
        User user = users.get(right.user);
        return user != null && user.enabled && user.key.equals(right.key);
    }

    boolean permits(String address) {
        return rights.values().stream()
                .anyMatch(right -> right.address.equals(address) && active(right) && upheld(right));
    }

    /** Whether no clock can bring it back, so that it may have been swept. */
    boolean isOver(Right right) {
        return right.endTrue != 0 && trueMs >= right.endTrue;
    }

    /** These without those that may have been swept. */
    Map<String, Right> lasting(Map<String, Right> some) {
        Map<String, Right> lasting = new TreeMap<>(some);
        lasting.values().removeIf(this::isOver);
        return lasting;
    }

    // In true time, the disk says when a right ends only for the boot that wrote it.
    static boolean same(@Nullable Right one, @Nullable Right onDisk) {
        if (one == null || onDisk == null) {
            return one == onDisk;
        }
        return one.equals(onDisk) || onDisk.endTrue == 0 && withoutTrueEnd(one).equals(onDisk);
    }

    private static Right withoutTrueEnd(Right right) {
        return new Right(
                right.place,
                right.user,
                right.device,
                right.address,
                right.key,
                right.granted,
                right.renewedWall,
                right.endWall,
                0);
    }

    @Override
    public String toString() {
        return Objects.toString(rights);
    }
}
