package org.scpbeforerelay.quota;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.UserName;

/**
 * The messages under way of which something is counted. Bounded by age, number and recipients: a message that falls out is
 * counted as a new one if it goes on, never the other way round. Belongs to one thread.
 */
final class MessageTallies {
    /** More messages than all smtpd processes of a large host receive at once. */
    static final int MESSAGES_MAX = 16_384;

    /** How many recipients of all these messages together are remembered. */
    static final int RECIPIENTS_MAX = 262_144;

    /** Longer than a message takes from its first recipient to its end. */
    static final long AGE_MAX_MS = 3_600_000;

    private final LinkedHashMap<MessageName, Tally> tallies = new LinkedHashMap<>();
    private int recipientsSeen;

    private static final class Tally {
        final Map<UserName, Share> shares = new LinkedHashMap<>();
        long atMs;
    }

    private static final class Share {
        final Set<Long> seen = new HashSet<>();
        long recipients;
    }

    boolean isCounted(MessageName message, UserName user, long nowMs) {
        return share(message, user, nowMs) != null;
    }

    boolean isCounted(MessageName message, UserName user, long recipient, long nowMs) {
        Share share = share(message, user, nowMs);
        return share != null && share.seen.contains(recipient);
    }

    /** On whom alone this message is counted; null when on nobody, or on several. */
    @Nullable
    UserName onlyUser(MessageName message, long nowMs) {
        Tally tally = tally(message, nowMs);
        return tally != null && tally.shares.size() == 1
                ? tally.shares.keySet().iterator().next()
                : null;
    }

    /** How many recipients of the message are counted on the user. */
    long recipients(MessageName message, UserName user, long nowMs) {
        Share share = share(message, user, nowMs);
        return share == null ? 0 : share.recipients;
    }

    /** Counts the message on the user, with one recipient more if there is one; the step to record. */
    QuotaEntry.Share add(MessageName message, UserName user, @Nullable Long recipient, long nowMs) {
        Share share = newest(message, nowMs).shares.computeIfAbsent(user, any -> new Share());
        if (recipient == null) {
            return new QuotaEntry.Share(message, nowMs, share.recipients, false, List.of());
        }
        share.recipients++;
        recipientsSeen += share.seen.add(recipient) ? 1 : 0;
        return new QuotaEntry.Share(message, nowMs, share.recipients, false, List.of(recipient));
    }

    /** Leaves so many recipients counted, nobody knows which: a recipient that is asked about again is another one. */
    QuotaEntry.Share settle(MessageName message, UserName user, long recipients, long nowMs) {
        return restore(user, new QuotaEntry.Share(message, nowMs, recipients, true, List.of()));
    }

    QuotaEntry.Share restore(UserName user, QuotaEntry.Share entry) {
        Share share = newest(entry.message(), entry.atMs()).shares.computeIfAbsent(user, any -> new Share());
        share.recipients = entry.recipients();
        if (entry.whole()) {
            recipientsSeen -= share.seen.size();
            share.seen.clear();
        }
        entry.seen().forEach(recipient -> recipientsSeen += share.seen.add(recipient) ? 1 : 0);
        return entry;
    }

    /** All that is remembered, the eldest message first. */
    void each(long nowMs, Each each) {
        prune(nowMs);
        tallies.forEach((message, tally) -> tally.shares.forEach((user, share) -> each.share(
                user, new QuotaEntry.Share(message, tally.atMs, share.recipients, true, new ArrayList<>(share.seen)))));
    }

    interface Each {
        void share(UserName user, QuotaEntry.Share share);
    }

    int size() {
        return tallies.size();
    }

    private @Nullable Share share(MessageName message, UserName user, long nowMs) {
        Tally tally = tally(message, nowMs);
        return tally == null ? null : tally.shares.get(user);
    }

    private @Nullable Tally tally(MessageName message, long nowMs) {
        Tally tally = tallies.get(message);
        return tally == null || nowMs - tally.atMs >= AGE_MAX_MS ? null : tally;
    }

    private Tally newest(MessageName message, long nowMs) {
        Tally tally = tally(message, nowMs);
        if (tally == null) {
            drop(tallies.remove(message));
            tally = new Tally();
        }
        tally.atMs = nowMs;
        tallies.putLast(message, tally);
        prune(nowMs);
        return tally;
    }

    private void prune(long nowMs) {
        while (tallies.size() > MESSAGES_MAX
                || tallies.size() > 1 && recipientsSeen > RECIPIENTS_MAX
                || !tallies.isEmpty() && nowMs - tallies.firstEntry().getValue().atMs >= AGE_MAX_MS) {
            drop(tallies.pollFirstEntry().getValue());
        }
    }

    private void drop(@Nullable Tally tally) {
        if (tally != null) {
            tally.shares.values().forEach(share -> recipientsSeen -= share.seen.size());
        }
    }
}
