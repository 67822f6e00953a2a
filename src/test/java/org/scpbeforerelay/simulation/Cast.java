package org.scpbeforerelay.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;

/** Who and what there is in a simulation, in the house's own types. */
final class Cast {
    static final List<String> USERS = List.of("gerard", "manwe", "radagast");
    static final List<String> DEVICES = List.of("gwaihir", "landroval", "meneldor", "thorondor");
    static final List<String> ADDRESSES =
            List.of("85.214.1.1", "85.214.1.2", "85.214.1.3", "2003:e8::1", "2003:e8::2", "2a01:4f8::3");
    static final LeaseTerms TERMS = new LeaseTerms(86_400_000, 60_000, List.of(), Set.of());

    private Cast() {}

    static Announcement announcement(String user, String device, String key, List<String> addresses, boolean anothers) {
        List<Claim> claims = new ArrayList<>();
        addresses.forEach(text -> claims.add(new Claim.Address(address(text))));
        if (anothers) {
            claims.set(0, new Claim.Address(address("9.9.9.9")));
        }
        return new Announcement(
                Principal.parse(user + "/" + device),
                LeaseSource.SSH,
                key,
                address(addresses.getFirst()),
                claims,
                Announcement.Hold.NONE,
                0,
                Announcement.NO_BOUND,
                Announcement.NOW);
    }

    static Roster roster(Map<String, Model.User> users) {
        Map<UserName, Allowance> allowances = new HashMap<>();
        users.forEach((name, user) -> allowances.put(
                new UserName(name),
                new Allowance(
                        new UserName(name),
                        user.enabled(),
                        List.of(network("85.214.1.0/24"), network("2003:e8::/32"), network("2a01:4f8::/32")),
                        Set.of(),
                        SenderRules.ANY,
                        user.termMs(),
                        Model.DEVICES,
                        128,
                        null,
                        null,
                        Map.of(user.key(), Long.MAX_VALUE))));
        return new Roster(allowances, Set.of(), null);
    }

    static ClientAddress address(String text) {
        return ClientAddress.tryParse(text).orElseThrow();
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new AssertionError(Objects.requireNonNullElse(e.getMessage(), text), e);
        }
    }
}
