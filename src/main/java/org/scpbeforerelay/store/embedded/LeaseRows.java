package org.scpbeforerelay.store.embedded;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.LeaseStore.Recorded;

/**
 * How a lease is a row, schema version 1.
 *
 * <p>Texts are the canonical ones that people see elsewhere; times are milliseconds since 1970 UTC; {@code deadline} is
 * milliseconds of the monotonic clock of the boot that {@code boot} names; {@code login_address} is empty but for leases of
 * login logs, which have it in their key. {@code crc} is the CRC-32C of the others: SQLite does not notice a flipped bit in a
 * text, and one such bit is another client's address. The view {@code leases} is for people.
 */
final class LeaseRows {
    /** {@code SBR1}: what file(1) and we know the file by. */
    static final int APPLICATION_ID = 0x5342_5231;

    static final int SCHEMA_VERSION = 1;

    static final String CREATE_BOOT = "CREATE TABLE boot (id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE) STRICT";

    static final String CREATE_LEASE = """
            CREATE TABLE lease (
              user TEXT NOT NULL,
              device TEXT NOT NULL,
              family TEXT NOT NULL,
              login_address TEXT NOT NULL,
              address TEXT NOT NULL,
              prefix INTEGER NOT NULL,
              source TEXT NOT NULL,
              held INTEGER NOT NULL,
              proof TEXT NOT NULL,
              granted_at INTEGER NOT NULL,
              renewed_at INTEGER NOT NULL,
              expires_at INTEGER NOT NULL,
              deadline INTEGER NOT NULL,
              boot INTEGER NOT NULL REFERENCES boot(id),
              crc INTEGER NOT NULL,
              PRIMARY KEY (user, device, family, login_address)
            ) STRICT, WITHOUT ROWID""";

    static final String CREATE_VIEW = """
            CREATE VIEW leases AS SELECT
              user || '/' || device AS principal,
              address || iif(prefix = 64, '/64', '') AS address,
              source,
              iif(held, 'held', '') AS held,
              datetime(granted_at / 1000, 'unixepoch') || 'Z' AS granted_at,
              datetime(renewed_at / 1000, 'unixepoch') || 'Z' AS renewed_at,
              datetime(expires_at / 1000, 'unixepoch') || 'Z' AS expires_at,
              proof
            FROM lease""";

    static final List<String> SCHEMA = List.of(CREATE_BOOT, CREATE_LEASE, CREATE_VIEW);

    static final String PUT =
            "INSERT OR REPLACE INTO lease (user, device, family, login_address, address, prefix, source, held, proof,"
                    + " granted_at, renewed_at, expires_at, deadline, boot, crc) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

    static final String REMOVE = "DELETE FROM lease WHERE user = ? AND device = ? AND family = ? AND login_address = ?";

    /**
     * Each row as its {@link #text}, its boot and its sum: each column is two calls through the driver into C.
     * In the order of the primary key, which is the order in which the rows lie in the file.
     */
    static final String ALL =
            "SELECT concat_ws(char(10), user, device, family, login_address, address, prefix, source, held,"
                    + " proof, granted_at, renewed_at, expires_at, deadline), boot, crc FROM lease"
                    + " ORDER BY user, device, family, login_address";

    private static final int FIELDS = 13;

    /** The end of the year 9999. */
    private static final long TIME_MAX_MS = 253_402_300_799_999L;

    private LeaseRows() {}

    static void bindKey(PreparedStatement statement, LeaseKey key) throws SQLException {
        statement.setString(1, key.principal().user().text());
        statement.setString(2, key.principal().device().text());
        statement.setString(3, key.family().text());
        statement.setString(4, text(key.loginAddress()));
    }

    static void bind(PreparedStatement put, Lease lease, int boot, String bootId) throws SQLException {
        bindKey(put, lease.key());
        put.setString(5, lease.address().toString());
        put.setInt(6, lease.prefixLength());
        put.setString(7, lease.source().text());
        put.setInt(8, lease.held() ? 1 : 0);
        put.setString(9, lease.proof());
        put.setLong(10, lease.grantedAtMs());
        put.setLong(11, lease.renewedAtMs());
        put.setLong(12, lease.expiresAtMs());
        put.setLong(13, lease.deadlineMs());
        put.setInt(14, boot);
        put.setLong(15, crc(text(lease), bootId));
    }

    /** All columns but the last two, a line each: what is summed. */
    private static String text(Lease lease) {
        return lease.user().text()
                + '\n'
                + lease.device().text()
                + '\n'
                + lease.key().family().text()
                + '\n'
                + text(lease.key().loginAddress())
                + '\n'
                + lease.address()
                + '\n'
                + lease.prefixLength()
                + '\n'
                + lease.source().text()
                + '\n'
                + (lease.held() ? 1 : 0)
                + '\n'
                + lease.proof()
                + '\n'
                + lease.grantedAtMs()
                + '\n'
                + lease.renewedAtMs()
                + '\n'
                + lease.expiresAtMs()
                + '\n'
                + lease.deadlineMs();
    }

    /** The sum over a row's text and the name of its boot; not its number, which is of this file alone. */
    static long crc(String text, String bootId) {
        CRC32C sum = new CRC32C();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update(bootId.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    private static String text(@Nullable ClientAddress loginAddress) {
        return loginAddress == null ? "" : loginAddress.toString();
    }

    /** Reads rows one after another; a row that is no lease is damage, and never becomes one. */
    static final class Reader {
        private final Map<Integer, String> boots;

        // A million leases have some thousands of users and keys: one object each.
        private final Map<String, UserName> users = new HashMap<>();
        private final Map<String, DeviceName> devices = new HashMap<>();
        private final Map<String, String> proofs = new HashMap<>();
        private @Nullable String formerText;

        Reader(Map<Integer, String> boots) {
            this.boots = boots;
        }

        Recorded recorded(ResultSet row) throws SQLException, DamagedStoreException {
            String text = row.getString(1);
            if (text == null) {
                throw new DamagedStoreException("a row has a column without a value");
            }
            String bootId = boots.get(row.getInt(2));
            if (bootId == null) {
                throw new DamagedStoreException("a lease refers to boot " + row.getInt(2) + ", which is not recorded");
            }
            if (row.getLong(3) != crc(text, bootId)) {
                throw new DamagedStoreException("the row of " + printable(text) + " does not match its checksum");
            }
            if (formerText != null && !isAfter(formerText, text)) {
                throw new DamagedStoreException("the row of " + printable(text) + " is out of order");
            }
            formerText = text;
            try {
                return new Recorded(read(fields(text)), bootId);
            } catch (RuntimeException | AddressSyntaxException e) {
                throw new DamagedStoreException("the row of " + printable(text) + " is no lease: " + e.getMessage(), e);
            }
        }

        /** Whether the key of a row comes after that of the row before. A line feed is less than any character of a name. */
        private static boolean isAfter(String former, String text) {
            return former.substring(0, keyEnd(former)).compareTo(text.substring(0, keyEnd(text))) < 0;
        }

        private static int keyEnd(String text) {
            int end = -1;
            for (int field = 0; field < 4 && (field == 0 || end >= 0); field++) {
                end = text.indexOf('\n', end + 1);
            }
            return end < 0 ? text.length() : end;
        }

        private static String[] fields(String text) {
            String[] fields = new String[FIELDS];
            int from = 0;
            for (int field = 0; field < FIELDS - 1; field++) {
                int to = text.indexOf('\n', from);
                demand(to >= 0, "it has only " + (field + 1) + " lines");
                fields[field] = text.substring(from, to);
                from = to + 1;
            }
            fields[FIELDS - 1] = text.substring(from);
            return fields;
        }

        private Lease read(String[] row) throws AddressSyntaxException {
            Principal principal = new Principal(
                    users.computeIfAbsent(row[0], UserName::new), devices.computeIfAbsent(row[1], DeviceName::new));
            AddressFamily family = AddressFamily.of(row[2]);
            ClientAddress loginAddress = row[3].isEmpty() ? null : address(row[3], family);
            ClientAddress address = address(row[4], family);
            int prefix = Integer.parseInt(row[5]);
            demand(prefix == family.bits() || prefix == 64, "prefix " + prefix);
            demand(address.masked(prefix).equals(address), address + " has bits behind its prefix");
            demand(row[7].equals("0") || row[7].equals("1"), "held is " + row[7]);
            return new Lease(
                    new LeaseKey(principal, family, loginAddress),
                    address,
                    prefix,
                    LeaseSource.of(row[6]),
                    row[7].equals("1"),
                    proofs.computeIfAbsent(row[8], proof -> proof),
                    time(row[9]),
                    time(row[10]),
                    time(row[11]),
                    Long.parseLong(row[12]));
        }

        private static ClientAddress address(String text, AddressFamily family) throws AddressSyntaxException {
            ClientAddress address = ClientAddress.parse(text);
            demand(address.toString().equals(text), "'" + text + "' is not how " + address + " is written");
            demand(address.family() == family, address + " is not " + family.text());
            demand(!address.isUnspecified(), address + " is no host's address");
            return address;
        }

        private static long time(String text) {
            long ms = Long.parseLong(text);
            demand(ms >= 0 && ms <= TIME_MAX_MS, ms + " is no time");
            return ms;
        }

        private static void demand(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private static String printable(String text) {
            String key =
                    text.substring(0, keyEnd(text)).strip().replace('\n', '/').replaceAll("[^\\x20-\\x7e]", "?");
            return key.length() > 160 ? key.substring(0, 160) + "…" : key;
        }
    }
}
