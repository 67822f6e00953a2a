package org.scpbeforerelay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.store.LeaseChange;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** A state folder with users, each with a key, and their leases in the store, as the SSH endpoint would have granted them. */
final class SeededState {
    private static final int USERS_MAX = 1000;
    private static final int BATCH = 20_000;
    private static final long TERM_MS = 36_000_000;

    private SeededState() {}

    static void make(Path state, int leases) throws IOException {
        ServedDaemon.settings(state);
        if (leases == 0) {
            return;
        }
        int users = Math.min(USERS_MAX, leases);
        List<String> proofs = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            proofs.add(user(state, user));
        }
        SystemClock clock = new SystemClock();
        Moment now = clock.now().plusMs(-1_000); // a lease from the future would be dropped
        Path file = state.resolve("leases.db");
        try (SqliteLeaseStore store = SqliteLeaseStore.open(file)) {
            List<LeaseChange> batch = new ArrayList<>();
            for (int i = 0; i < leases; i++) {
                batch.add(new LeaseChange.Put(lease(i, i % users, proofs.get(i % users), now)));
                if (batch.size() == BATCH || i == leases - 1) {
                    store.commit(batch, clock.bootId());
                    batch.clear();
                }
            }
        } catch (StoreException e) {
            throw new IOException(e);
        }
    }

    private static String name(int user) {
        return "user" + user;
    }

    private static String user(Path state, int user) throws IOException {
        try {
            KeyPair key = KeyUtils.generateKeyPair("ssh-ed25519", 256);
            Files.writeString(
                    state.resolve("users/" + name(user) + ".toml"),
                    "keys = [\"" + PublicKeyEntry.toString(key.getPublic()) + "\"]\n");
            return KeyUtils.getFingerPrint(key.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static Lease lease(int number, int user, String proof, Moment now) {
        Principal principal = new Principal(new UserName(name(user)), new DeviceName("d" + number));
        var address = LookupBenchmark.leased(number);
        return new Lease(
                LeaseKey.of(principal, address, LeaseSource.SSH),
                address,
                32,
                LeaseSource.SSH,
                false,
                proof,
                now.wallMs(),
                now.wallMs(),
                now.wallMs() + TERM_MS,
                now.monotonicMs() + TERM_MS);
    }
}
