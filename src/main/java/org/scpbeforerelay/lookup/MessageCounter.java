package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.Charge;
import org.scpbeforerelay.quota.Exhausted;
import org.scpbeforerelay.quota.MessageName;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.quota.QuotaEntry;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.quota.SpentElsewhere;
import org.scpbeforerelay.quota.Usage;
import org.scpbeforerelay.store.QuotaStore;
import org.scpbeforerelay.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the policy service permits to users with limits, before it says so: in the ledger, then in the record. Belongs to the
 * one thread of the lookup loop, which is what makes it exact without a lock: between the decision and the count nobody else
 * decides.
 *
 * <p>A mail server that asks again because it got no answer (ours was lost with the process, or came too late) names the same
 * message and the same recipient, and is not counted twice. Where the record fails, it is counted in memory and permitted: a full
 * disk ends no mail.
 */
final class MessageCounter {
    private static final Logger LOG = LoggerFactory.getLogger(MessageCounter.class);

    /** How long to leave a record alone that has failed. */
    private static final long PAUSE_MS = 1_000;

    /** About a millisecond's worth. */
    private static final int HEARD_AT_ONCE = 128;

    private final QuotaLedger ledger;
    private final QuotaStore store;
    private final Clock clock;
    private final Asked asked = new Asked();
    private final Complaints complaints = new Complaints();
    private final Queue<SpentElsewhere> heard = new ConcurrentLinkedQueue<>();
    private long pausedUntilMs = Long.MIN_VALUE;
    private boolean counted;

    MessageCounter(QuotaLedger ledger, QuotaStore store, Clock clock) {
        this.ledger = ledger;
        this.store = store;
        this.clock = clock;
    }

    /** What is counted already of the message that is asked about; good until the next request, and reads it only when asked. */
    MessageSoFar about(PolicyRequest request, ClientAddress client, long nowMs) {
        asked.begin(request, client, nowMs);
        return asked;
    }

    /** Counts what was just permitted to the message of {@link #about}. */
    void count(Charge charge) {
        if (!charge.isNothing()) {
            Moment now = clock.now();
            record(ledger.count(charge, asked.message(), asked.recipient(), now.monotonicMs()), now);
            counted = true;
        }
    }

    /** Whether something was counted since this was last asked. */
    boolean hasCounted() {
        boolean has = counted;
        counted = false;
        return has;
    }

    /** Learns at DATA or at the end of a message how many recipients it really has. */
    void settle(PolicyRequest request, ClientAddress client) {
        if (ledger.messagesUnderWay() == 0) {
            return;
        }
        MessageName message = MessageName.of(request.instance(), client);
        if (message != null) {
            Moment now = clock.now();
            QuotaEntry entry = ledger.settle(message, request.recipientCount(), now.monotonicMs());
            if (entry != null) {
                record(entry, now);
            }
        }
    }

    /** Leaves for the counting thread what other hosts have counted; from any thread. */
    void hear(List<SpentElsewhere> spent) {
        heard.addAll(spent);
    }

    /**
     * Counts what other hosts have counted, some of it when there is much: a host that comes back hears of an hour, and mail servers
     * wait meanwhile. Costs nothing when there is nothing.
     *
     * @return whether there may be more
     */
    boolean takeHeard() {
        SpentElsewhere spent = heard.poll();
        for (int taken = 1; spent != null; taken++) {
            Moment now = clock.now();
            QuotaEntry entry = ledger.hear(spent, now.monotonicMs());
            if (entry != null) {
                record(entry, now);
            }
            if (taken == HEARD_AT_ONCE) {
                return true;
            }
            spent = heard.poll();
        }
        return false;
    }

    /** What the user has used by now. */
    Usage usage(UserName user) {
        return ledger.usage(user);
    }

    /** What the client is told when a limit is reached: which, and when there is one more. Not whose: others may share the address. */
    String words(Exhausted limit, ClientAddress client) {
        Moment now = clock.now();
        Instant again = now.wall().plusMillis(limit.waitMs() + 999).truncatedTo(ChronoUnit.SECONDS);
        complaints.about(
                limit.user().text(),
                "the limit of " + limit.limitText() + " is reached; mail from " + client + " is deferred until "
                        + again,
                now.monotonicMs());
        return "4.7.1 the relay limit of " + limit.limitText() + " is reached; try again after " + again;
    }

    private void record(QuotaEntry entry, Moment now) {
        if (now.monotonicMs() < pausedUntilMs) {
            return;
        }
        try {
            if (store.wantsReplacing()) {
                store.replace(ledger.all(now.monotonicMs()), now);
            } else {
                store.append(entry, now);
            }
        } catch (StoreException e) {
            pausedUntilMs = now.monotonicMs() + PAUSE_MS;
            LOG.error("quotas: {}", e.getMessage());
        }
    }

    /** The present request, read only where a user with limits is concerned. */
    private final class Asked implements MessageSoFar {
        private static final int DIGEST_BYTES = 8;

        private final MessageDigest sha256 = sha256();
        private @Nullable PolicyRequest request;
        private @Nullable ClientAddress client;
        private long nowMs;
        private boolean isRead;
        private @Nullable MessageName message;
        private @Nullable Long recipient;

        void begin(PolicyRequest newRequest, ClientAddress newClient, long newNowMs) {
            request = newRequest;
            client = newClient;
            nowMs = newNowMs;
            isRead = false;
        }

        @Nullable
        MessageName message() {
            read();
            return message;
        }

        @Nullable
        Long recipient() {
            read();
            return recipient;
        }

        @Override
        public boolean isMessageCountedOn(UserName user) {
            MessageName name = message();
            return name != null && ledger.isMessageCounted(name, user, nowMs);
        }

        @Override
        public boolean isRecipientCountedOn(UserName user) {
            MessageName name = message();
            Long digest = recipient();
            return name != null && digest != null && ledger.isRecipientCounted(name, user, digest, nowMs);
        }

        private void read() {
            PolicyRequest present = request;
            ClientAddress from = client;
            if (isRead || present == null || from == null) {
                return;
            }
            isRead = true;
            message = MessageName.of(present.instance(), from);
            String text = present.recipient();
            recipient = text.isEmpty() ? null : digest(text);
        }

        /** Cryptographic, so that nobody finds two recipients that count as one. */
        private long digest(String text) {
            byte[] bytes = sha256.digest(text.getBytes(StandardCharsets.UTF_8));
            long digest = 0;
            for (int i = 0; i < DIGEST_BYTES; i++) {
                digest = digest << Byte.SIZE | bytes[i] & 0xff;
            }
            return digest;
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }
}
