package org.scpbeforerelay.source.ssh;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;

/**
 * The places of those who have not proved who they are: in all, and by where they come from. An IPv4 address, and an IPv6 /64 and /56,
 * may have a tenth of them, an IPv6 /48 a fifth: one customer is given a /64, a /56 or a /48, and has them all.
 *
 * <p>Where the places are taken, whoever came first there gives way to a newcomer, if it has had {@link #FAIR_MS}: an honest client is
 * done by then, and who wants to keep others out has to come again and again instead of once in a login grace. Otherwise the
 * newcomer finds none, so that a crowd of honest ones is served in its order.
 *
 * <p>Time comes in as an argument. Not safe from several threads.
 *
 * @param <W> those who wait
 */
final class WaitingRoom<W> {
    /** Several times what a handshake over a slow line takes. */
    static final long FAIR_MS = 5_000;

    private static final int SITE = 48;

    private final int max;
    private final Map<W, Stay> all = new LinkedHashMap<>();
    private final Map<Network, Set<W>> groups = new HashMap<>();

    private record Stay(long sinceMs, List<Network> groups) {}

    WaitingRoom(int max) {
        this.max = max;
    }

    /**
     * Takes a place.
     *
     * @param from where it comes from; null when a proxy is yet to say it
     * @param givesWay is told who has lost its place to it
     * @return false when there was none
     */
    boolean enter(W who, @Nullable ClientAddress from, long nowMs, Consumer<W> givesWay) {
        List<Network> networks = from == null ? List.of() : networksOf(from);
        if (!hasRoom(networks, true, nowMs, givesWay)) {
            return false;
        }
        all.put(who, new Stay(nowMs, networks));
        join(who, networks);
        return true;
    }

    /** The same for one who has a place already, and of whom it is said only now where it comes from. */
    boolean comesFrom(W who, ClientAddress from, long nowMs, Consumer<W> givesWay) {
        Stay stay = all.get(who);
        List<Network> networks = networksOf(from);
        if (stay == null || !hasRoom(networks, false, nowMs, givesWay)) {
            return false;
        }
        all.put(who, new Stay(stay.sinceMs(), networks)); // keeps its place in the order
        join(who, networks);
        return true;
    }

    /** Gives a place back; false when it had none. */
    boolean leave(W who) {
        Stay stay = all.remove(who);
        if (stay == null) {
            return false;
        }
        for (Network network : stay.groups()) {
            groups.computeIfPresent(network, (each, members) -> {
                members.remove(who);
                return members.isEmpty() ? null : members;
            });
        }
        return true;
    }

    /** From the narrowest to the widest: who gives way in one gives way in all that are around it. */
    private boolean hasRoom(List<Network> networks, boolean inAllToo, long nowMs, Consumer<W> givesWay) {
        for (Network network : networks) {
            Set<W> group = groups.getOrDefault(network, Set.of());
            if (group.size() >= most(network)) {
                return makesRoom(group, nowMs, givesWay);
            }
        }
        return !inAllToo || all.size() < max || makesRoom(all.keySet(), nowMs, givesWay);
    }

    private boolean makesRoom(Set<W> group, long nowMs, Consumer<W> givesWay) {
        W first = group.iterator().next();
        Stay stay = all.get(first);
        if (stay == null || nowMs - stay.sinceMs() < FAIR_MS) {
            return false;
        }
        leave(first);
        givesWay.accept(first);
        return true;
    }

    private void join(W who, List<Network> networks) {
        for (Network network : networks) {
            groups.computeIfAbsent(network, each -> new LinkedHashSet<>()).add(who);
        }
    }

    private int most(Network network) {
        boolean site = !network.base().isIpv4() && network.prefixLength() == SITE;
        return Math.max(1, site ? max / 5 : max / 10);
    }

    private static List<Network> networksOf(ClientAddress address) {
        return address.isIpv4()
                ? List.of(Network.around(address, 32))
                : List.of(Network.around(address, 64), Network.around(address, 56), Network.around(address, SITE));
    }
}
