package org.scpbeforerelay.quota;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.UserName;

/**
 * What has been counted: on whom how much, and of which messages under way. Usages may be read from any thread; everything else is
 * for the one thread that counts. Whoever counts here records the entry before the answer goes out.
 *
 * <p>A message counts once on a user, at its first recipient that is permitted and counted on the user, and each recipient once per
 * message. Recipients are told apart by a digest that the caller makes.
 */
public final class QuotaLedger implements Quotas {
    private final Map<UserName, Usage> usages = new ConcurrentHashMap<>();
    private final MessageTallies messages = new MessageTallies();
    private final Map<UserName, Spending> spendings = new ConcurrentHashMap<>();
    private final Map<UserName, HeardOf> heard = new HashMap<>();

    @Override
    public Usage usage(UserName user) {
        return usages.getOrDefault(user, Usage.NONE);
    }

    /** Whether something of this message is counted on the user. */
    public boolean isMessageCounted(MessageName message, UserName user, long nowMs) {
        return messages.isCounted(message, user, nowMs);
    }

    /** Whether this recipient of the message is counted on the user. */
    public boolean isRecipientCounted(MessageName message, UserName user, long recipient, long nowMs) {
        return messages.isCounted(message, user, recipient, nowMs);
    }

    /**
     * Counts what was permitted.
     *
     * @param message null when it has no name: then its next recipient is another message
     * @param recipient its digest; null when there is none, or when it cannot be told
     * @return what to record
     */
    public QuotaEntry count(Charge charge, @Nullable MessageName message, @Nullable Long recipient, long nowMs) {
        Usage usage = usage(charge.user()).charged(charge, nowMs);
        usages.put(charge.user(), usage);
        spending(charge.user()).count(charge);
        QuotaEntry.Share share = message == null
                ? null
                : messages.add(message, charge.user(), charge.recipients() == null ? null : recipient, nowMs);
        return new QuotaEntry(charge.user(), usage, share);
    }

    /**
     * Learns how many recipients the mail server has accepted in all: those that are counted beyond were refused by another rule,
     * and are given back. Of a message that is counted on several users nobody can tell on whom, so that nothing is.
     *
     * @param accepted at least 1
     * @return what to record; null when nothing has changed
     */
    public @Nullable QuotaEntry settle(MessageName message, long accepted, long nowMs) {
        UserName user = messages.onlyUser(message, nowMs);
        if (user == null || accepted < 1) {
            return null;
        }
        long surplus = messages.recipients(message, user, nowMs) - accepted;
        if (surplus <= 0) {
            return null;
        }
        Usage usage = usage(user).withRecipientsGivenBack(surplus, nowMs);
        usages.put(user, usage);
        spending(user).giveBackRecipients(surplus);
        return new QuotaEntry(user, usage, messages.settle(message, user, accepted, nowMs));
    }

    /** What this host has counted since its start, by user; for reading, from any thread. */
    public Map<UserName, Spending> spendings() {
        return spendings;
    }

    private Spending spending(UserName user) {
        Spending spending = spendings.get(user);
        if (spending == null) {
            spending = new Spending();
            spendings.put(user, spending);
        }
        return spending;
    }

    /**
     * Counts what another host has counted.
     *
     * @return what to record; null when it is known already
     */
    public @Nullable QuotaEntry hear(SpentElsewhere spent, long nowMs) {
        HeardOf known = heard.computeIfAbsent(spent.user(), user -> new HeardOf());
        Usage usage = known.take(spent, usage(spent.user()), nowMs);
        if (usage == null) {
            return null;
        }
        usages.put(spent.user(), usage);
        return new QuotaEntry(spent.user(), usage, null, known.all());
    }

    /** Takes over what was recorded, entry by entry in their order. */
    public void restore(QuotaEntry entry) {
        usages.put(entry.user(), entry.usage());
        if (entry.share() != null) {
            messages.restore(entry.user(), entry.share());
        }
        if (entry.heard() != null) {
            HeardOf known = new HeardOf();
            entry.heard().forEach(known::restore);
            heard.put(entry.user(), known);
        }
    }

    /** All that still matters, as entries that restore it; forgets the rest. */
    public List<QuotaEntry> all(long nowMs) {
        usages.values().removeIf(usage -> usage.isOver(nowMs));
        // Whoever has everything back may hear old words again: what they say has come back too.
        heard.keySet().retainAll(usages.keySet());
        List<QuotaEntry> entries = new ArrayList<>();
        Set<UserName> said = new HashSet<>();
        messages.each(nowMs, (user, share) -> {
            said.add(user);
            entries.add(new QuotaEntry(user, usage(user), share));
        });
        usages.forEach((user, usage) -> {
            HeardOf known = heard.get(user);
            if (!said.contains(user) || known != null) {
                entries.add(new QuotaEntry(user, usage, null, known == null ? null : known.all()));
            }
        });
        return entries;
    }

    /** How many messages under way are remembered. */
    public int messagesUnderWay() {
        return messages.size();
    }
}
