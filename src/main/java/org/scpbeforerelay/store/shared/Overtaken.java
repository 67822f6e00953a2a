package org.scpbeforerelay.store.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Passes over grants that later words have overtaken, while the log is read from its end: of a lease that was renewed for as long as the
 * log goes back, five words of six. What is passed over would change nothing in {@link Marks}; it is known by its bytes, and no name is
 * made of them. A place is 96 bits of a hash with a key of its own, so that no two places are taken for one. Not thread-safe.
 */
final class Overtaken {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long MIX_A = 0x9e3779b97f4a7c15L;
    private static final long MIX_B = 0xd6e8feb86659fd93L;
    private static final int SLOT = 3;
    private static final int TIME_BITS = 48;
    private static final long TIME = (1L << TIME_BITS) - 1;

    // Three numbers a place: 64 bits of the hash (0: free); 16 more and the stamp's millisecond; 16 more and until when
    // the word holds.
    private long[] slots = new long[SLOT << 12];
    private int places;
    private final long keyA;
    private final long keyB;

    // The frame, and the places of those of its records that are to be read.
    private byte[] frame = {};
    private long entryMs;
    private final int[] begins = new int[RecordCodec.RECORDS_MAX];
    private int toRead;

    // The record that look() saw last.
    private boolean grant;
    private int end;
    private long stampMs;
    private long until;
    private long hashA;
    private long hashB;

    Overtaken() {
        SecureRandom random = new SecureRandom();
        keyA = random.nextLong();
        keyB = random.nextLong();
    }

    /** Before the records of a frame. {@code newEntryMs}: when it was written, by the engine's clock. */
    void begin(byte[] newFrame, long newEntryMs) {
        frame = newFrame;
        entryMs = newEntryMs;
        toRead = 0;
    }

    /**
     * Looks at the record that begins at {@code from}.
     *
     * @return where the next record begins when this one is a grant that was overtaken; otherwise 0: it is to be read
     */
    int passes(int from) {
        if (look(from) && grant) {
            int slot = slot(slots, hashA, hashB);
            if (slots[slot] != 0 && stampMs < (slots[slot + 1] & TIME) && until <= (slots[slot + 2] & TIME)) {
                return end;
            }
        }
        begins[toRead++] = from;
        return 0;
    }

    /** Keeps the records in mind that were to be read and were, so that their frame is whole: they overtake what was written before. */
    void heed() {
        for (int i = 0; i < toRead; i++) {
            heed(begins[i]);
        }
    }

    private void heed(int from) {
        if (!look(from)) {
            return;
        }
        int slot = slot(slots, hashA, hashB);
        if (slots[slot] == 0) {
            keep(slot);
            places++;
            if (places * 2 * SLOT > slots.length) {
                grow();
            }
        } else if (stampMs > (slots[slot + 1] & TIME) && until >= (slots[slot + 2] & TIME)) {
            keep(slot);
        }
    }

    /** False for what is of no place, is not believed, or is broken: whoever reads it says what is wrong. */
    private boolean look(int from) {
        grant = frame[from] == 'G';
        int flagsAt = from + (grant ? RecordCodec.GRANT_HEAD_BYTES : RecordCodec.REVOCATION_HEAD_BYTES);
        if (!grant && frame[from] != 'R' || flagsAt >= frame.length) {
            return false;
        }
        int inKey = frame[flagsAt] & (RecordCodec.IPV6 | RecordCodec.ADDRESS_IN_KEY);
        int userAt = flagsAt + 1 + ((inKey & RecordCodec.IPV6) != 0 ? 16 : 4);
        int proofAt = behind(frame, behind(frame, userAt));
        end = grant ? behindProof(frame, proofAt) : proofAt;
        if (end > frame.length) {
            return false;
        }
        hash(frame, (inKey & RecordCodec.ADDRESS_IN_KEY) != 0 ? flagsAt + 1 : userAt, proofAt, inKey);
        long sayableMs = entryMs + View.SKEW_MAX_MS;
        stampMs = Stamps.ms((long) BIG_LONGS.get(frame, from + 1));
        if (grant && stampMs > sayableMs) {
            return false;
        }
        stampMs = Math.min(stampMs, sayableMs);
        until = Math.min(
                TIME,
                grant
                        ? time(frame, from + RecordCodec.EXPIRES_AT) + Marks.MARGIN_MS
                        : time(frame, from + RecordCodec.UNTIL_AT));
        return true;
    }

    private void keep(int slot) {
        slots[slot] = hashA;
        slots[slot + 1] = hashB << TIME_BITS | stampMs & TIME;
        slots[slot + 2] = hashB >>> 16 << TIME_BITS | until & TIME;
    }

    private static int slot(long[] slots, long hashA, long hashB) {
        int count = slots.length / SLOT;
        int slot = (int) (hashA >>> 20 & count - 1) * SLOT;
        while (slots[slot] != 0
                && (slots[slot] != hashA
                        || slots[slot + 1] >>> TIME_BITS != (hashB & 0xffff)
                        || slots[slot + 2] >>> TIME_BITS != (hashB >>> 16 & 0xffff))) {
            slot = slot + SLOT == slots.length ? 0 : slot + SLOT;
        }
        return slot;
    }

    private void grow() {
        long[] more = new long[slots.length * 2];
        for (int i = 0; i < slots.length; i += SLOT) {
            if (slots[i] != 0) {
                long second = slots[i + 1] >>> TIME_BITS | slots[i + 2] >>> TIME_BITS << 16;
                System.arraycopy(slots, i, more, slot(more, slots[i], second), SLOT);
            }
        }
        slots = more;
    }

    private void hash(byte[] bytes, int from, int to, int more) {
        long a = keyA ^ more;
        long b = keyB + more;
        int at = from;
        while (at + Long.BYTES <= to) {
            long word = (long) LONGS.get(bytes, at);
            a = mixed(a ^ word, MIX_A);
            b = mixed(b + word, MIX_B);
            at += Long.BYTES;
        }
        long rest = (long) to - from;
        for (; at < to; at++) {
            rest = rest << Byte.SIZE | Byte.toUnsignedLong(bytes[at]);
        }
        a = mixed(mixed(a ^ rest, MIX_A), MIX_B);
        b = mixed(mixed(b + rest, MIX_B), MIX_A);
        hashA = a == 0 ? 1 : a;
        hashB = b;
    }

    private static long mixed(long number, long factor) {
        long product = number * factor;
        return product ^ product >>> 32;
    }

    /** Behind a text and the byte that has its length; beyond the frame's end when that is broken. */
    private static int behind(byte[] frame, int at) {
        return at >= frame.length ? frame.length + 1 : at + 1 + Byte.toUnsignedInt(frame[at]);
    }

    private static int behindProof(byte[] frame, int at) {
        return at < frame.length && frame[at] == (byte) RecordCodec.SHA256_MARK
                ? at + 1 + RecordCodec.SHA256_BYTES
                : behind(frame, at);
    }

    private static long time(byte[] frame, int at) {
        return (long) BIG_LONGS.get(frame, at) >>> Long.SIZE - TIME_BITS;
    }
}
