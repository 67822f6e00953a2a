package org.scpbeforerelay.store.shared;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Rate;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.SpentElsewhere.Tally;
import org.scpbeforerelay.store.shared.SharedRecord.Alive;
import org.scpbeforerelay.store.shared.SharedRecord.Granted;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;
import org.scpbeforerelay.store.shared.SharedRecord.Spent;

/**
 * How the records of a frame are bytes, version 1. Numbers are big-endian; a frame has at most {@value #RECORDS_MAX} records.
 *
 * <pre>
 * frame   version u8 = 1, then records until the end
 * G       'G' stamp u64, left u32 (ms), expires u48 (ms since 1970), renewed u48, granted u48, place, proof
 * R       'R' stamp u64, until u48, place
 * H       'H' stamp u64
 * Q       'Q' stamp u64, flags u8 (1 messages, 2 recipients), user, then for each of these a tally
 * tally   rate: count u32, period u32 (ms); own u32, total i64, used u32
 * place   flags u8, address 4 or 16 bytes, user, device (each: length u8, ASCII)
 *         flags: 1 IPv6, 2 a whole /64, 4 held, 8 the address is part of the key, 0x30 source (ssh drop login-log operator)
 * proof   length u8: 0 none, 255 the 32 bytes of a SHA-256 fingerprint, else that many ASCII characters
 * </pre>
 *
 * An ordinary grant takes 80 bytes. Whatever is not exactly this is refused with the whole frame: half a frame would be a gap that
 * nobody sees.
 */
final class RecordCodec {
    static final int RECORDS_MAX = 1_000;

    /** A record takes at most 1 + 8 + 4 + 18 + 1 + 16 + 65 + 65 + 255 bytes. */
    static final int FRAME_BYTES_MAX = 1 + RECORDS_MAX * 433;

    /** Where the flags of a place are, and times, from the record's first byte. */
    static final int GRANT_HEAD_BYTES = 1 + 8 + 4 + 18;

    static final int REVOCATION_HEAD_BYTES = 1 + 8 + 6;
    static final int EXPIRES_AT = 1 + 8 + 4;
    static final int UNTIL_AT = 1 + 8;

    private static final byte VERSION = 1;
    static final int IPV6 = 1;
    private static final int NETWORK64 = 2;
    private static final int HELD = 4;
    static final int ADDRESS_IN_KEY = 8;
    private static final int MESSAGES = 1;
    private static final int RECIPIENTS = 2;
    private static final long RATE_MAX = 999_999_999;
    private static final long PERIOD_MAX_MS = 86_400_000;
    private static final long TOTAL_MAX = 1L << 60;
    private static final int SOURCE_SHIFT = 4;
    static final int SHA256_BYTES = 32;
    static final int SHA256_MARK = 255;
    private static final String SHA256_PREFIX = "SHA256:";
    private static final long TIME_MAX_MS = 253_402_300_799_999L; // the end of the year 9999

    /** By their number on the wire: the order of the constants may change, this not. */
    private static final List<LeaseSource> SOURCES =
            List.of(LeaseSource.SSH, LeaseSource.DROP, LeaseSource.LOGIN_LOG, LeaseSource.OPERATOR);

    private static final int USERS_TO_ONE_DEVICE = 16;

    private final Names<UserName> users;
    private final Names<DeviceName> devices;
    private final Names<String> proofs;

    /**
     * Reads many frames: names that come again are the same objects again. Not thread-safe.
     *
     * @param names how many names of devices to remember, a power of two; of users, and of what proved them, 16 times as many
     */
    RecordCodec(int names) {
        users = new Names<>(bytes -> new UserName(text(bytes)), USERS_TO_ONE_DEVICE * names);
        devices = new Names<>(bytes -> new DeviceName(text(bytes)), names);
        proofs = new Names<>(RecordCodec::proof, USERS_TO_ONE_DEVICE * names);
    }

    static byte[] encode(List<? extends SharedRecord> records) {
        if (records.isEmpty() || records.size() > RECORDS_MAX) {
            throw new IllegalArgumentException(records.size() + " records in a frame");
        }
        ByteBuffer out = ByteBuffer.allocate(1 + records.size() * 433).put(VERSION);
        for (SharedRecord record : records) {
            switch (record) {
                case Granted granted -> {
                    Lease lease = granted.lease();
                    out.put((byte) 'G').putLong(granted.stamp());
                    out.putInt((int) Math.clamp(granted.leftMs(), 0, 0xffff_ffffL));
                    put48(out, lease.expiresAtMs());
                    put48(out, lease.renewedAtMs());
                    put48(out, lease.grantedAtMs());
                    putPlace(out, lease.key(), lease.address(), flags(lease));
                    putProof(out, lease.proof());
                }
                case Revoked revoked -> {
                    out.put((byte) 'R').putLong(revoked.stamp());
                    put48(out, revoked.untilMs());
                    ClientAddress address = revoked.key().loginAddress();
                    putPlace(out, revoked.key(), address == null ? nowhere(revoked.key()) : address, 0);
                }
                case Alive alive -> out.put((byte) 'H').putLong(alive.stamp());
                case Spent spent -> putSpent(out, spent);
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Reads a frame whole, or nothing of it. */
    static List<SharedRecord> decode(byte[] frame) throws BadFrameException {
        return new RecordCodec(1).read(frame);
    }

    /** The same, for many frames. */
    List<SharedRecord> read(byte[] frame) throws BadFrameException {
        return read(frame, null, 0);
    }

    /** Without grants that {@code overtaken} passes over. {@code entryMs}: when the frame was written. */
    List<SharedRecord> read(byte[] frame, @Nullable Overtaken overtaken, long entryMs) throws BadFrameException {
        if (frame.length > FRAME_BYTES_MAX) {
            throw new BadFrameException("a frame of " + frame.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(frame);
        List<SharedRecord> records = new ArrayList<>();
        int passed = 0;
        if (overtaken != null) {
            overtaken.begin(frame, entryMs);
        }
        try {
            byte version = in.get();
            demand(
                    version == VERSION,
                    "this host knows records up to version " + VERSION + ", these are of version ",
                    version);
            while (in.hasRemaining()) {
                demand(records.size() + passed < RECORDS_MAX, "more than " + RECORDS_MAX + " records");
                int next = overtaken == null ? 0 : overtaken.passes(in.position());
                if (next > 0) {
                    passed++;
                    in.position(next);
                } else {
                    records.add(record(in));
                }
            }
        } catch (BufferUnderflowException e) {
            throw new BadFrameException("it ends within a record");
        } catch (IllegalArgumentException e) {
            throw new BadFrameException(String.valueOf(e.getMessage()));
        }
        demand(!records.isEmpty() || passed > 0, "no record");
        if (overtaken != null) {
            overtaken.heed();
        }
        return records;
    }

    private SharedRecord record(ByteBuffer in) throws BadFrameException {
        byte type = in.get();
        long stamp = in.getLong();
        demand(stamp >= 0, "a stamp below zero");
        return switch (type) {
            case 'G' -> granted(in, stamp);
            case 'R' -> {
                long until = time(in);
                Place place = place(in);
                demand((place.flags & ~(IPV6 | ADDRESS_IN_KEY)) == 0, "a revocation with flags ", place.flags);
                yield new Revoked(stamp, place.key(), until);
            }
            case 'H' -> new Alive(stamp);
            case 'Q' -> spent(in, stamp);
            default -> throw new BadFrameException("a record of type " + type);
        };
    }

    private Granted granted(ByteBuffer in, long stamp) throws BadFrameException {
        long left = Integer.toUnsignedLong(in.getInt());
        long expires = time(in);
        long renewed = time(in);
        long granted = time(in);
        Place place = place(in);
        demand(place.flags < 0x40, "flags ", place.flags);
        boolean network = (place.flags & NETWORK64) != 0;
        demand(!network || (place.flags & IPV6) != 0, "a /64 of IPv4");
        int prefix = network ? 64 : place.family().bits();
        demand(!place.address.isUnspecified(), "a lease of no host's address");
        demand(
                place.address.masked(prefix).equals(place.address),
                "an address with bits behind its prefix of ",
                prefix);
        LeaseSource source = SOURCES.get(place.flags >> SOURCE_SHIFT);
        demand(
                (source == LeaseSource.LOGIN_LOG) == ((place.flags & ADDRESS_IN_KEY) != 0),
                "a key that does not fit its source");
        boolean held = (place.flags & HELD) != 0;
        return new Granted(
                stamp,
                left,
                new Lease(
                        place.key(),
                        place.address,
                        prefix,
                        source,
                        held,
                        proofs.of(proofBytes(in)),
                        granted,
                        renewed,
                        expires,
                        0));
    }

    private static void putSpent(ByteBuffer out, Spent spent) {
        Tally messages = spent.messages();
        Tally recipients = spent.recipients();
        out.put((byte) 'Q').putLong(spent.stamp());
        out.put((byte) ((messages == null ? 0 : MESSAGES) | (recipients == null ? 0 : RECIPIENTS)));
        putText(out, spent.user().text());
        putTally(out, messages);
        putTally(out, recipients);
    }

    private static void putTally(ByteBuffer out, @Nullable Tally tally) {
        if (tally != null) {
            out.putInt((int) tally.rate().count()).putInt((int) tally.rate().periodMs());
            out.putInt((int) Math.min(0xffff_ffffL, tally.own())).putLong(tally.total());
            out.putInt((int) Math.min(0xffff_ffffL, tally.used()));
        }
    }

    private Spent spent(ByteBuffer in, long stamp) throws BadFrameException {
        int flags = Byte.toUnsignedInt(in.get());
        demand((flags & ~(MESSAGES | RECIPIENTS)) == 0, "a count with flags ", flags);
        UserName user = users.of(bytes(in));
        return new Spent(
                stamp, user, (flags & MESSAGES) != 0 ? tally(in) : null, (flags & RECIPIENTS) != 0 ? tally(in) : null);
    }

    private static Tally tally(ByteBuffer in) throws BadFrameException {
        Rate rate = new Rate(Integer.toUnsignedLong(in.getInt()), Integer.toUnsignedLong(in.getInt()));
        demand(rate.count() <= RATE_MAX && rate.periodMs() <= PERIOD_MAX_MS, "too great a limit: ", rate.count());
        long own = Integer.toUnsignedLong(in.getInt());
        long total = in.getLong();
        demand(total <= TOTAL_MAX && total >= -TOTAL_MAX, "a total of ", total);
        return new Tally(rate, own, total, Integer.toUnsignedLong(in.getInt()));
    }

    private record Place(int flags, ClientAddress address, Principal principal) {
        AddressFamily family() {
            return (flags & IPV6) != 0 ? AddressFamily.IPV6 : AddressFamily.IPV4;
        }

        LeaseKey key() {
            return new LeaseKey(principal, family(), (flags & ADDRESS_IN_KEY) != 0 ? address : null);
        }
    }

    private Place place(ByteBuffer in) throws BadFrameException {
        int flags = Byte.toUnsignedInt(in.get());
        ClientAddress address;
        if ((flags & IPV6) != 0) {
            address = new ClientAddress(in.getLong(), in.getLong());
            demand(address.family() == AddressFamily.IPV6, "an IPv4 address in the place of an IPv6 one");
        } else {
            address = ClientAddress.ofIpv4(in.getInt());
        }
        return new Place(flags, address, new Principal(users.of(bytes(in)), devices.of(bytes(in))));
    }

    private static void putPlace(ByteBuffer out, LeaseKey key, ClientAddress address, int more) {
        boolean ipv6 = key.family() == AddressFamily.IPV6;
        out.put((byte) (more | (ipv6 ? IPV6 : 0) | (key.loginAddress() != null ? ADDRESS_IN_KEY : 0)));
        if (ipv6) {
            out.putLong(address.high()).putLong(address.low());
        } else {
            out.putInt((int) address.low());
        }
        putText(out, key.principal().user().text());
        putText(out, key.principal().device().text());
    }

    /** A revocation of a device's lease is of the place, wherever the lease was. */
    private static ClientAddress nowhere(LeaseKey key) {
        return key.family() == AddressFamily.IPV6 ? new ClientAddress(0, 0) : ClientAddress.ofIpv4(0);
    }

    private static int flags(Lease lease) {
        return (lease.isSingleAddress() ? 0 : NETWORK64)
                | (lease.held() ? HELD : 0)
                | SOURCES.indexOf(lease.source()) << SOURCE_SHIFT;
    }

    private static void putProof(ByteBuffer out, String proof) {
        byte[] digest = digest(proof);
        if (digest != null) {
            out.put((byte) SHA256_MARK).put(digest);
        } else {
            putText(out, proof);
        }
    }

    /** The length, and what it announces. */
    private static byte[] proofBytes(ByteBuffer in) {
        byte length = in.get();
        byte[] all = new byte[1 + (length == (byte) SHA256_MARK ? SHA256_BYTES : Byte.toUnsignedInt(length))];
        all[0] = length;
        in.get(all, 1, all.length - 1);
        return all;
    }

    private static String proof(byte[] lengthAndText) throws BadFrameException {
        byte[] rest = Arrays.copyOfRange(lengthAndText, 1, lengthAndText.length);
        return Byte.toUnsignedInt(lengthAndText[0]) == SHA256_MARK
                ? SHA256_PREFIX + Base64.getEncoder().withoutPadding().encodeToString(rest)
                : text(rest);
    }

    private static byte @Nullable [] digest(String proof) {
        if (!proof.startsWith(SHA256_PREFIX) || proof.length() != SHA256_PREFIX.length() + 43) {
            return null;
        }
        try {
            byte[] digest = Base64.getDecoder().decode(proof.substring(SHA256_PREFIX.length()));
            String again = Base64.getEncoder().withoutPadding().encodeToString(digest);
            return proof.endsWith(again) && digest.length == SHA256_BYTES ? digest : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length >= SHA256_MARK) {
            throw new IllegalArgumentException("a text of " + bytes.length + " characters");
        }
        out.put((byte) bytes.length).put(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
        in.get(bytes);
        return bytes;
    }

    private static String text(byte[] bytes) throws BadFrameException {
        for (byte one : bytes) {
            demand(one > ' ' && one < 0x7f, "a text with the byte ", one);
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static void put48(ByteBuffer out, long value) {
        out.putShort((short) (value >>> 32)).putInt((int) value);
    }

    private static long time(ByteBuffer in) throws BadFrameException {
        long ms = (long) Short.toUnsignedInt(in.getShort()) << 32 | Integer.toUnsignedLong(in.getInt());
        demand(ms <= TIME_MAX_MS, "no time: ", ms);
        return ms;
    }

    private static void demand(boolean holds, String otherwise) throws BadFrameException {
        if (!holds) {
            throw new BadFrameException(otherwise);
        }
    }

    /** Makes its words only when they are wanted: it is asked of each byte of each record. */
    private static void demand(boolean holds, String otherwise, long value) throws BadFrameException {
        if (!holds) {
            throw new BadFrameException(otherwise + value);
        }
    }
}
