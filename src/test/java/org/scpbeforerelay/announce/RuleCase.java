package org.scpbeforerelay.announce;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.AnnouncementRules.StandingLeases;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.SampleLeases;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.sign.Departure;
import org.scpbeforerelay.sign.SharedTerms;

/** One line of {@code announcements/rules.txt}: everything that the judge is given, from a few words. */
record RuleCase(
        Announcement announcement,
        Roster roster,
        LeaseTerms terms,
        List<Lease> standing,
        Map<ClientAddress, Departure> departures) {
    static final Moment NOW = new Moment(1_800_000_000_000L, 5_000_000_000L);
    static final Principal SPEAKER = Principal.parse("gerard/gwaihir");

    Verdict judge() {
        return AnnouncementRules.judge(announcement, roster, terms, standingLeases(), NOW);
    }

    StandingLeases standingLeases() {
        return standing(standing, departures);
    }

    static StandingLeases standing(List<Lease> leases, Map<ClientAddress, Departure> departures) {
        return new StandingLeases() {
            @Override
            public Iterable<Lease> ofUser() {
                return leases.stream()
                        .filter(lease -> lease.user().equals(SPEAKER.user()))
                        .toList();
            }

            @Override
            public @Nullable Lease in(LeaseKey key) {
                return leases.stream()
                        .filter(lease -> lease.key().equals(key))
                        .findFirst()
                        .orElse(null);
            }

            @Override
            public Iterable<Lease> at(ClientAddress address) {
                return leases.stream().filter(lease -> lease.covers(address)).toList();
            }

            @Override
            public @Nullable Departure departure(ClientAddress address) {
                return departures.get(address);
            }
        };
    }

    static RuleCase parse(String words) {
        Map<String, String> given = new HashMap<>();
        for (String word : words.strip().split("\\s+")) {
            String[] pair = word.split("=", 2);
            if (!KNOWN.contains(pair[0]) || given.put(pair[0], pair[1]) != null) {
                throw new IllegalArgumentException("unknown or twice: " + word);
            }
        }
        return new RuleCase(announcement(given), roster(given), terms(given), standing(given), departures(given));
    }

    private static final Set<String> KNOWN = Set.of(
            "user",
            "from",
            "says",
            "source",
            "key",
            "key-ends",
            "not-after",
            "asks",
            "term",
            "max",
            "grace",
            "hold",
            "spoken",
            "may",
            "special",
            "host",
            "devices",
            "active",
            "ended",
            "prefix6",
            "has",
            "with",
            "at",
            "gone",
            "max-users",
            "max-addresses",
            "moved",
            "nat");

    private static Announcement announcement(Map<String, String> given) {
        String from = given.getOrDefault("from", "-");
        return new Announcement(
                SPEAKER,
                LeaseSource.of(given.getOrDefault("source", "ssh")),
                proof(given.getOrDefault("key", "k1")),
                from.equals("-") ? null : SampleLeases.address(from),
                list(given.get("says")).map(RuleCase::claim).toList(),
                Hold.valueOf(given.getOrDefault("hold", "none").toUpperCase(java.util.Locale.ROOT)),
                seconds(given.getOrDefault("asks", "0")),
                given.containsKey("not-after") ? at(given.get("not-after")) : Announcement.NO_BOUND,
                given.containsKey("spoken") ? at(given.get("spoken")) : Announcement.NOW);
    }

    private static Claim claim(String text) {
        return text.equals("auto") ? Claim.OWN : new Claim.Address(SampleLeases.address(text));
    }

    private static Roster roster(Map<String, String> given) {
        String user = given.getOrDefault("user", "known");
        Allowance allowance = new Allowance(
                SPEAKER.user(),
                !user.equals("disabled"),
                list(given.get("may")).map(RuleCase::network).toList(),
                Set.of(),
                SenderRules.ANY,
                seconds(given.getOrDefault("term", "1200")),
                Integer.parseInt(given.getOrDefault("devices", "8")),
                Integer.parseInt(given.getOrDefault("prefix6", "128")),
                null,
                null,
                Map.of(
                        "k1",
                        given.containsKey("key-ends") ? at(given.get("key-ends")) : Long.MAX_VALUE,
                        "k2",
                        Long.MAX_VALUE));
        return new Roster(
                user.equals("unknown") || user.equals("stranger") ? Map.of() : Map.of(SPEAKER.user(), allowance),
                Set.of("ca"),
                user.equals("stranger") ? new Roster.StrangersAllowance(600_000) : null);
    }

    private static LeaseTerms terms(Map<String, String> given) {
        SharedTerms shared = new SharedTerms(
                Integer.parseInt(given.getOrDefault("max-users", "0")),
                Integer.parseInt(given.getOrDefault("max-addresses", "0")),
                5,
                seconds(given.getOrDefault("moved", "600")),
                given.containsKey("moved"),
                given.getOrDefault("nat", "allow").equals("refuse"));
        return new LeaseTerms(
                seconds(given.getOrDefault("max", "86400")),
                seconds(given.getOrDefault("grace", "60")),
                list(given.get("special")).map(RuleCase::network).toList(),
                list(given.get("host")).map(SampleLeases::address).collect(Collectors.toSet()),
                shared);
    }

    private static List<Lease> standing(Map<String, String> given) {
        List<Lease> leases = new ArrayList<>();
        list(given.get("active")).forEach(device -> leases.add(otherDevice(device, 60_000)));
        list(given.get("ended")).forEach(device -> leases.add(otherDevice(device, 0)));
        list(given.get("with")).map(RuleCase::another).forEach(leases::add);
        int[] device = {0};
        list(given.get("at"))
                .forEach(address -> leases.add(SampleLeases.lease(
                        new Principal(SPEAKER.user(), new DeviceName("d" + device[0]++)),
                        SampleLeases.address(address),
                        128,
                        LeaseSource.SSH,
                        "k1",
                        NOW,
                        60_000)));
        if (given.containsKey("has")) {
            leases.add(former(given.get("has")));
        }
        return leases;
    }

    private static Map<ClientAddress, Departure> departures(Map<String, String> given) {
        if (!given.containsKey("gone")) {
            return Map.of();
        }
        String[] words = String.valueOf(given.get("gone")).split("[@-]");
        return Map.of(
                SampleLeases.address(words[1]),
                new Departure(new UserName(words[0]), NOW.monotonicMs() - seconds(words[2])));
    }

    private static Lease another(String text) {
        String[] words = text.split("[@+]");
        return SampleLeases.lease(
                new Principal(new UserName(words[0]), new DeviceName("default")),
                SampleLeases.address(words[1]),
                128,
                LeaseSource.SSH,
                "k",
                NOW,
                seconds(words[2]));
    }

    private static Lease otherDevice(String device, long leftMs) {
        Principal principal = new Principal(new UserName("gerard"), new DeviceName(device));
        return SampleLeases.lease(principal, SampleLeases.address("9.9.9.9"), 128, LeaseSource.SSH, "k1", NOW, leftMs);
    }

    private static Lease former(String text) {
        String[] words = text.split(",");
        int end = words[0].indexOf('+');
        String[] address = words[0].substring(0, end).split("/");
        long leftMs = seconds(words[0].substring(end + 1));
        ClientAddress client = SampleLeases.address(address[0]);
        LeaseSource source = LeaseSource.of(words[3]);
        return new Lease(
                LeaseKey.of(SPEAKER, client, source),
                client,
                address.length > 1
                        ? Integer.parseInt(address[1])
                        : client.family().bits(),
                source,
                false,
                proof(words[2]),
                NOW.wallMs() - 1_000_000,
                at(words[4]),
                NOW.wallMs() + leftMs,
                NOW.monotonicMs() + leftMs);
    }

    private static String proof(String key) {
        return key.equals("none") ? "" : key;
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (AddressSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static long at(@Nullable String signed) {
        return NOW.wallMs() + seconds(String.valueOf(signed));
    }

    private static long seconds(String text) {
        return Long.parseLong(text) * 1000;
    }

    private static Stream<String> list(@Nullable String text) {
        return text == null ? Stream.of() : Arrays.stream(text.split(","));
    }
}
