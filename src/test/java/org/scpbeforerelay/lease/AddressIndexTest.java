package org.scpbeforerelay.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Moment;

final class AddressIndexTest {
    private static final long SEED = 20261122;
    private static final int CHANGES = 200_000;
    private static final Lease[] NONE = {};

    /** Addresses come and go, many times over, so that the table grows, fills with marks, and shrinks. */
    @Test
    void indexAgreesWithAMapOfTheLibraryOverRandomChanges() {
        Random random = new Random(SEED);
        AddressIndex index = new AddressIndex();
        Map<ClientAddress, Lease[]> naive = new HashMap<>();
        for (int change = 0; change < CHANGES; change++) {
            // Mostly growing to thousands of addresses, then mostly shrinking to none, four times.
            boolean growing = change / 25_000 % 2 == 0;
            ClientAddress address = address(random.nextInt(6_000));
            if (random.nextInt(10) < (growing ? 8 : 2)) {
                Lease[] leases = leases(address, 1 + random.nextInt(3));
                index.put(address, leases);
                naive.put(address, leases);
            } else {
                index.remove(address);
                naive.remove(address);
            }
            ClientAddress asked = address(random.nextInt(6_000));
            assertThat(index.at(asked))
                    .as("change %d, %s", change, asked)
                    .containsExactly(naive.getOrDefault(asked, NONE));
        }
        for (int number = 0; number < 6_000; number++) {
            assertThat(index.at(address(number))).containsExactly(naive.getOrDefault(address(number), NONE));
        }
    }

    private static ClientAddress address(int number) {
        return number % 3 == 0
                ? new ClientAddress(0x20010db8L << 32 | number, 0)
                : ClientAddress.ofIpv4(0xcb00_0000 + number);
    }

    private static Lease[] leases(ClientAddress address, int count) {
        Lease[] leases = new Lease[count];
        for (int i = 0; i < count; i++) {
            leases[i] = SampleLeases.lease("user" + i, address.toString(), new Moment(0, 0), 1_000);
        }
        return leases;
    }
}
