package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;

/** Who finds a place among those who have not proved who they are, and who gives way. */
final class WaitingRoomTest {
    private static final int PLACES = 200;

    private final WaitingRoom<String> room = new WaitingRoom<>(PLACES);
    private final List<String> gaveWay = new ArrayList<>();
    private long nowMs = 1_000_000;
    private int arrivals;

    @Test
    void anAddressHasATenthOfThePlaces() throws Exception {
        assertThat(enter(30, "203.0.113.7")).isEqualTo(20);
        assertThat(enter(1, "203.0.113.8")).isOne();
    }

    @Test
    void ofIpv6EachNetworkThatACustomerIsGivenIsCounted() throws Exception {
        assertThat(enter(30, "2001:db8:1:100::%x")).as("one /64").isEqualTo(20);
        assertThat(enter(30, "2001:db8:1:1%02x::1")).as("the rest of its /56").isZero();
        assertThat(enter(90, "2001:db8:1:2%02x::1"))
                .as("the rest of its /48, a /56")
                .isEqualTo(20);
        assertThat(enter(90, "2001:db8:1:%02x00::1")).as("the rest of its /48").isZero();
        assertThat(enter(30, "2001:db8:2:%02x00::1")).as("another /48").isEqualTo(30);
    }

    @Test
    void allOfASlash48TogetherHaveAFifth() throws Exception {
        assertThat(enter(200, "2001:db8:1:%02x00::1")).isEqualTo(40);
    }

    @Test
    void whenAllPlacesAreTakenTheFirstGivesWayOnceItHasHadItsTime() throws Exception {
        assertThat(enter(250, "203.0.113.%d")).isEqualTo(PLACES);
        nowMs += WaitingRoom.FAIR_MS - 1;
        assertThat(enter(1, "198.51.100.1")).isZero();
        nowMs++;
        assertThat(enter(3, "198.51.100.1")).isEqualTo(3);
        assertThat(gaveWay).containsExactly("1", "2", "3");
        assertThat(room.leave("1")).isFalse();
        assertThat(room.leave("4")).isTrue();
    }

    @Test
    void inANetworkWithoutPlacesItIsTheFirstOfThatNetworkWhoGivesWay() throws Exception {
        enter(1, "198.51.100.1");
        enter(20, "203.0.113.7");
        nowMs += WaitingRoom.FAIR_MS;
        assertThat(enter(2, "203.0.113.7")).isEqualTo(2);
        assertThat(gaveWay).containsExactly("2", "3");
        assertThat(enter(20, "203.0.113.7")).as("all others but the newcomers").isEqualTo(18);
    }

    @Test
    void whoGoesMakesRoom() throws Exception {
        enter(20, "2001:db8::1");
        assertThat(enter(1, "2001:db8::2")).isZero();
        assertThat(room.leave("7")).isTrue();
        assertThat(enter(2, "2001:db8::2")).isOne();
    }

    @Test
    void ofWhomAProxySaysWhereItComesFromIsCountedThereFromThenOn() throws Exception {
        assertThat(enter(25, null)).isEqualTo(25);
        for (int i = 1; i <= 20; i++) {
            assertThat(comesFrom("" + i, "203.0.113.7")).isTrue();
        }
        assertThat(comesFrom("21", "203.0.113.7")).isFalse();
        assertThat(enter(1, "203.0.113.7")).isZero();
        nowMs += WaitingRoom.FAIR_MS;
        assertThat(comesFrom("22", "203.0.113.7")).isTrue();
        assertThat(gaveWay).containsExactly("1");
        assertThat(comesFrom("1", "203.0.113.8")).as("who has lost its place").isFalse();
    }

    @Test
    void theFewestPlacesAreOne() throws Exception {
        WaitingRoom<String> small = new WaitingRoom<>(1);
        assertThat(small.enter("a", ClientAddress.parse("2001:db8::1"), 0, gaveWay::add))
                .isTrue();
        assertThat(small.enter("b", ClientAddress.parse("2001:db8::1"), 0, gaveWay::add))
                .isFalse();
    }

    /** How many of so many newcomers find a place; the address may have their number in it. */
    private int enter(int newcomers, @Nullable String address) throws AddressSyntaxException {
        int found = 0;
        for (int i = 0; i < newcomers; i++) {
            ClientAddress from = address == null ? null : ClientAddress.parse(address.formatted(i));
            if (room.enter("" + ++arrivals, from, nowMs, gaveWay::add)) {
                found++;
            } else {
                arrivals--;
            }
        }
        return found;
    }

    private boolean comesFrom(String who, String address) throws AddressSyntaxException {
        return room.comesFrom(who, ClientAddress.parse(address), nowMs, gaveWay::add);
    }
}
