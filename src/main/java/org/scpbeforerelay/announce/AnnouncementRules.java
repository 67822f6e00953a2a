package org.scpbeforerelay.announce;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.Verdict.Granted;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.sign.Departure;

/**
 * Judges announcements. A pure function: the same announcement, roster, terms, leases and moment give the same verdict.
 *
 * <p>An address is leased only when the way it came in proves it, or when the user's allowance takes the claim at its word, or
 * by the operator's hand. All addresses of an announcement are granted, or none.
 */
public final class AnnouncementRules {
    private AnnouncementRules() {}

    /** The user's leases as the judge must see them, those included that this batch of work has already judged. */
    public interface StandingLeases {
        /** The leases of the announcing user, active or not. */
        Iterable<Lease> ofUser();

        /** The lease in this place, active or not; null when there is none. */
        @Nullable
        Lease in(LeaseKey key);

        /** The leases that cover this address, of whomever, active or not. */
        Iterable<Lease> at(ClientAddress address);

        /** The last end of a lease on this address, of whomever; null when none is remembered. */
        @Nullable
        Departure departure(ClientAddress address);
    }

    /** Judges one announcement. */
    public static Verdict judge(
            Announcement announcement, Roster roster, LeaseTerms terms, StandingLeases standing, Moment now) {
        Allowance allowance = roster.allowance(announcement.principal().user(), announcement.source());
        if (allowance == null || !allowance.enabled()) {
            return new Refused(
                    RefusalCode.DISABLED,
                    "user " + announcement.principal().user()
                            + (allowance == null ? " is not known here" : " is disabled")
                            + "; ask the operator of this host");
        }
        Refused badProof = judgeProof(announcement, allowance, roster, now);
        if (badProof != null) {
            return badProof;
        }
        if (announcement.termMs() > terms.maxTermMs()) {
            return new Refused(
                    RefusalCode.TERM_TOO_LONG,
                    "a term of " + announcement.termMs() / 1000 + " s was asked for; the longest here is "
                            + terms.maxTermMs() / 1000 + " s");
        }
        ClaimedAddresses addresses = new ClaimedAddresses(announcement, allowance, terms);
        for (Claim claim : announcement.claims()) {
            Refused refused = addresses.add(claim);
            if (refused != null) {
                return refused;
            }
        }
        Refused tooMany = judgeDevices(announcement, allowance, standing, now);
        if (tooMany != null) {
            return tooMany;
        }
        return grant(announcement, allowance, terms, addresses, standing, now);
    }

    private static @Nullable Refused judgeProof(
            Announcement announcement, Allowance allowance, Roster roster, Moment now) {
        Roster.Proof proof = roster.provenBy(allowance, announcement.proof(), now.wallMs());
        boolean expired = proof != Roster.Proof.STANDS || now.wallMs() >= announcement.notAfterMs();
        if (!expired) {
            return null;
        }
        String key = announcement.proof().isEmpty() ? "the permission" : "the key " + announcement.proof();
        String what = proof == Roster.Proof.GONE ? " is no longer a key of " + allowance.user() : " has expired";
        return new Refused(RefusalCode.KEY_EXPIRED, key + what + "; ask the operator of this host to add a new one");
    }

    private static @Nullable Refused judgeDevices(
            Announcement announcement, Allowance allowance, StandingLeases standing, Moment now) {
        DeviceName device = announcement.principal().device();
        Set<DeviceName> others = new TreeSet<>();
        for (Lease lease : standing.ofUser()) {
            if (lease.activeAt(now) && !lease.device().equals(device)) {
                others.add(lease.device());
            }
        }
        if (others.size() < allowance.devices()) {
            return null;
        }
        return new Refused(
                RefusalCode.TOO_MANY_DEVICES,
                (others.size() == 1 ? "1 device of " : others.size() + " devices of ") + allowance.user()
                        + (others.size() == 1 ? " has" : " have") + " a lease already ("
                        + String.join(
                                ", ",
                                others.stream().limit(8).map(DeviceName::text).toList())
                        + "), which is the most allowed; revoke one or wait for its end");
    }

    private static Verdict grant(
            Announcement announcement,
            Allowance allowance,
            LeaseTerms terms,
            ClaimedAddresses addresses,
            StandingLeases standing,
            Moment now) {
        long spokenAtMs = Math.min(announcement.spokenAtMs(), now.wallMs());
        long expiresAtMs = endOf(announcement, allowance, terms, spokenAtMs);
        if (expiresAtMs <= now.wallMs()) {
            return tooLate("it was made " + (now.wallMs() - spokenAtMs) / 1000 + " s ago and is over already");
        }
        List<Lease> leases = new ArrayList<>();
        for (ClientAddress address : addresses.addresses()) {
            int prefixLength = addresses.prefixLength(address);
            LeaseKey key = LeaseKey.of(announcement.principal(), address, announcement.source());
            Lease fresh = new Lease(
                    key,
                    address.masked(prefixLength),
                    prefixLength,
                    announcement.source(),
                    announcement.hold() != Hold.NONE,
                    announcement.proof(),
                    spokenAtMs,
                    spokenAtMs,
                    expiresAtMs,
                    now.monotonicMs() + (expiresAtMs - now.wallMs()));
            Lease former = standing.in(key);
            if (former == null || !former.activeAt(now) || !samePlace(former, fresh)) {
                if (announcement.hold() == Hold.KEEP) {
                    return new Refused(
                            RefusalCode.ADDRESS_NOT_YOURS,
                            "the lease that this connection held on " + fresh.addressText()
                                    + " was revoked, has ended or was taken over; connect again to get a new one");
                }
                if (former != null && former.activeAt(now) && isOlder(spokenAtMs, former, now)) {
                    return tooLate(announcement.principal() + " has announced " + former.addressText() + " since");
                }
                Refused shared = SharedAddressRules.judge(announcement, address, key, terms.shared(), standing, now);
                if (shared != null) {
                    return shared;
                }
                leases.add(fresh);
            } else {
                leases.add(renewal(fresh, former, now));
            }
        }
        return new Granted(leases, addresses.notes(), addresses.farSide());
    }

    private static long endOf(Announcement announcement, Allowance allowance, LeaseTerms terms, long spokenAtMs) {
        long termMs = announcement.hold() != Hold.NONE
                ? terms.holdGraceMs()
                : announcement.termMs() > 0 ? announcement.termMs() : allowance.termMs();
        long byTermMs = spokenAtMs + Math.min(termMs, terms.maxTermMs());
        long byKeyMs = allowance.keys().getOrDefault(announcement.proof(), Announcement.NO_BOUND);
        return Math.min(byTermMs, Math.min(byKeyMs, announcement.notAfterMs()));
    }

    // Files and log lines come late, after a restart above all: what they say must not undo what was said after them.
    // A former lease from the future tells of a clock that was set back, and of nothing else.
    private static boolean isOlder(long spokenAtMs, Lease former, Moment now) {
        return spokenAtMs < former.renewedAtMs() && former.renewedAtMs() <= now.wallMs();
    }

    private static Refused tooLate(String why) {
        return new Refused(
                RefusalCode.ADDRESS_NOT_YOURS, "the announcement comes too late: " + why + "; announce again");
    }

    private static boolean samePlace(Lease former, Lease fresh) {
        return former.address().equals(fresh.address()) && former.prefixLength() == fresh.prefixLength();
    }

    /**
     * The lease to write over {@code former}, which is active on the same address. It was granted when it was first granted,
     * and no renewal takes away what an earlier answer promised to the same key, or what the operator gave. The operator's
     * own word always stands as it is spoken.
     */
    private static Lease renewal(Lease fresh, Lease former, Moment now) {
        // What is left, not the ends by the wall clock: after that was set back, the former end lies too far off.
        boolean formerIsLonger = former.leftMs(now) > fresh.leftMs(now) && fresh.source() != LeaseSource.OPERATOR;
        boolean operatorsWord = formerIsLonger && former.source() == LeaseSource.OPERATOR;
        boolean keepsEnd = operatorsWord || formerIsLonger && former.proof().equals(fresh.proof());
        boolean setBack = former.renewedAtMs() > now.wallMs();
        long formerEndMs = setBack ? now.wallMs() + former.leftMs(now) : former.expiresAtMs();
        return new Lease(
                // Equal to the fresh ones, and there already: millions of renewals keep no copies of names.
                former.key(),
                former.address(),
                fresh.prefixLength(),
                operatorsWord ? former.source() : fresh.source(),
                fresh.held(),
                operatorsWord ? former.proof() : fresh.proof(),
                setBack ? Math.min(former.grantedAtMs(), fresh.grantedAtMs()) : former.grantedAtMs(),
                setBack ? fresh.renewedAtMs() : Math.max(former.renewedAtMs(), fresh.renewedAtMs()),
                keepsEnd ? formerEndMs : fresh.expiresAtMs(),
                keepsEnd ? former.deadlineMs() : fresh.deadlineMs());
    }
}
