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

    /** In the order of the primary key, which is the order in which the rows lie in the file. */
    static final String ALL = "SELECT user, device, family, login_address, address, prefix, source, held, proof,"
            + " granted_at, renewed_at, expires_at, deadline, boot, crc FROM lease"
            + " ORDER BY user, device, family, login_address";

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
        put.setLong(15, crc(lease, bootId));
    }

    /** The sum over all that the row says; the boot by its name, not by its number in this file. */
    private static long crc(Lease lease, String bootId) {
        String whole = String.join(
                "\n",
                lease.user().text(),
                lease.device().text(),
                lease.key().family().text(),
                text(lease.key().loginAddress()),
                lease.address().toString(),
                Integer.toString(lease.prefixLength()),
                lease.source().text(),
                lease.held() ? "1" : "0",
                lease.proof(),
                Long.toString(lease.grantedAtMs()),
                Long.toString(lease.renewedAtMs()),
                Long.toString(lease.expiresAtMs()),
                Long.toString(lease.deadlineMs()),
                bootId);
        CRC32C sum = new CRC32C();
        sum.update(whole.getBytes(StandardCharsets.UTF_8));
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
        private @Nullable String formerKey;

        Reader(Map<Integer, String> boots) {
            this.boots = boots;
        }

        String bootId(ResultSet row) throws SQLException, DamagedStoreException {
            String bootId = boots.get(row.getInt(14));
            if (bootId == null) {
                throw new DamagedStoreException("a lease refers to boot " + row.getInt(14) + ", which is not recorded");
            }
            return bootId;
        }

        Lease lease(ResultSet row) throws SQLException, DamagedStoreException {
            String key = row.getString(1) + '\n' + row.getString(2) + '\n' + row.getString(3) + '\n' + row.getString(4);
            Lease lease;
            try {
                lease = read(row);
            } catch (RuntimeException | AddressSyntaxException e) {
                throw new DamagedStoreException("the row of " + printable(key) + " is no lease: " + e.getMessage(), e);
            }
            if (row.getLong(15) != crc(lease, bootId(row))) {
                throw new DamagedStoreException("the row of " + printable(key) + " does not match its checksum");
            }
            if (formerKey != null && formerKey.compareTo(key) >= 0) {
                throw new DamagedStoreException("the row of " + printable(key) + " is out of order");
            }
            formerKey = key;
            return lease;
        }

        private Lease read(ResultSet row) throws SQLException, AddressSyntaxException {
            Principal principal = new Principal(
                    users.computeIfAbsent(row.getString(1), UserName::new),
                    devices.computeIfAbsent(row.getString(2), DeviceName::new));
            AddressFamily family = AddressFamily.of(row.getString(3));
            ClientAddress loginAddress = row.getString(4).isEmpty() ? null : address(row.getString(4), family);
            ClientAddress address = address(row.getString(5), family);
            int prefix = row.getInt(6);
            demand(prefix == family.bits() || prefix == 64, "prefix " + prefix);
            demand(address.masked(prefix).equals(address), address + " has bits behind its prefix");
            int held = row.getInt(8);
            demand(held == 0 || held == 1, "held is " + held);
            return new Lease(
                    new LeaseKey(principal, family, loginAddress),
                    address,
                    prefix,
                    LeaseSource.of(row.getString(7)),
                    held == 1,
                    proofs.computeIfAbsent(row.getString(9), proof -> proof),
                    time(row, 10),
                    time(row, 11),
                    time(row, 12),
                    row.getLong(13));
        }

        private static ClientAddress address(String text, AddressFamily family) throws AddressSyntaxException {
            ClientAddress address = ClientAddress.parse(text);
            demand(address.toString().equals(text), "'" + text + "' is not how " + address + " is written");
            demand(address.family() == family, address + " is not " + family.text());
            demand(!address.isUnspecified(), address + " is no host's address");
            return address;
        }

        private static long time(ResultSet row, int column) throws SQLException {
            long ms = row.getLong(column);
            demand(ms >= 0 && ms <= TIME_MAX_MS, ms + " is no time");
            return ms;
        }

        private static void demand(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }

        private static String printable(String key) {
            String oneLine = key.strip().replace('\n', '/').replaceAll("[^\\x20-\\x7e]", "?");
            return oneLine.length() > 160 ? oneLine.substring(0, 160) + "…" : oneLine;
        }
    }
}
