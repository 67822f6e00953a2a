package org.scpbeforerelay.source.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.registry.WatchedStore;
import org.scpbeforerelay.source.login.format.LoginSighting;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/**
 * A recorded journal, read by the real journalctl. {@code recorded.export} is what is in it (Journal Export Format);
 * systemd-journal-remote 252 made the journal of it: {@code systemd-journal-remote --output=recorded.journal recorded.export}.
 */
@Tag("e2e")
final class JournalTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final List<LeaseEvent> events = new CopyOnWriteArrayList<>();
    private WatchedStore store;
    private Registry registry;
    private RegistryThread thread;

    @SuppressWarnings("NullAway.Init")
    JournalTest() {}

    @BeforeEach
    void open() throws Exception {
        try (InputStream recorded =
                        Objects.requireNonNull(getClass().getResourceAsStream("/login-logs/recorded.journal.gz"));
                InputStream in = new GZIPInputStream(recorded)) {
            Files.copy(in, folder.resolve("recorded.journal"));
        }
        store = new WatchedStore(SqliteLeaseStore.open(folder.resolve("leases.db")));
        registry = new Registry(
                store,
                clock,
                new Roster(Map.of(user("gerard"), plain("gerard"), user("manwe"), plain("manwe")), Set.of(), null),
                new LeaseTerms(86_400_000, 60_000, List.of(), Set.of()));
        registry.open();
        registry.listen(events::add);
        thread = new RegistryThread(registry);
        thread.start();
    }

    @AfterEach
    void close() {
        thread.close();
        store.close();
    }

    @Test
    void pitfall2OnlyWhatTheJournalVouchesForLeasesAndNothingTwice() throws Exception {
        try (LoginLog logins = logins()) {
            logins.start();
            await().atMost(LIMIT).until(() -> registry.book().size() == 3);
            assertThat(registry.book().all())
                    .extracting(lease -> lease.user() + " " + lease.addressText())
                    .containsExactlyInAnyOrder("gerard 203.0.1.7", "gerard 2a00:1450::7", "manwe 203.0.1.8");

            // journalctl dies and is started again, behind the saved cursor.
            ProcessHandle first = journalctl();
            first.destroyForcibly();
            await().atMost(LIMIT).until(() -> journalctl().pid() != first.pid());
        }
        try (LoginLog again = logins()) {
            again.start();
            await().atMost(LIMIT).until(() -> journalctl().isAlive());
        }
        assertThat(events).hasSize(3).allMatch(LeaseEvent.Granted.class::isInstance);
        assertThat(Files.readString(folder.resolve("places/journal.place"))).startsWith("cursor s=");
    }

    @Test
    void aCursorThatTheJournalDoesNotKnowIsReadOnFromItsTime() throws Exception {
        Files.createDirectories(folder.resolve("places"));
        Path place = folder.resolve("places/journal.place");
        Files.writeString(place, "cursor nonsense\n");
        Files.setLastModifiedTime(place, java.nio.file.attribute.FileTime.fromMillis(SettableClock.NOON_MS));
        try (LoginLog logins = logins()) {
            logins.start();
            await().atMost(LIMIT).until(() -> registry.book().size() == 3);
        }
    }

    @Test
    void pitfall2LinesOfInstancesCountByTheirTemplateAndLookalikesDoNot() throws Exception {
        try (LoginLog logins = logins("ssh@.service", "sshd@.service", "sshd.service")) {
            logins.start();
            await().atMost(LIMIT).until(() -> registry.book().size() == 3);
        }
        assertThat(registry.book().all())
                .extracting(lease -> lease.user() + " " + lease.addressText())
                .containsExactlyInAnyOrder("gerard 203.0.1.21", "gerard 203.0.1.22", "gerard 203.0.1.23");
    }

    @Test
    void oneInstanceByItsNameIsThatOneAlone() throws Exception {
        try (LoginLog logins = logins("sshd@3-192.0.2.25:22-203.0.1.22:51234.service", "dovecot.service")) {
            logins.start();
            await().atMost(LIMIT).until(() -> registry.book().size() == 2);
        }
        assertThat(registry.book().all())
                .extracting(lease -> lease.user() + " " + lease.addressText())
                .containsExactlyInAnyOrder("gerard 203.0.1.22", "manwe 203.0.1.8");
    }

    @Test
    void aWitnessBeginsALittleBeforeThePresentAndLeasesNothing() throws Exception {
        List<LoginSighting.Login> told = new CopyOnWriteArrayList<>();
        for (int start = 0; start < 2; start++) {
            told.clear();
            clock.passMs(60_000);
            try (LoginLog witness =
                    LoginLog.witness(settings(List.of("ssh.service")), registry, recordedJournal(), told::add)) {
                witness.start();
                await().atMost(LIMIT).until(() -> told.size() == 2);
            }
        }
        assertThat(told)
                .extracting(login -> login.user() + " " + login.address())
                .containsExactly("gerard 203.0.1.7", "gerard 2a00:1450::7");
        assertThat(registry.book().size()).isZero();
    }

    /** The only logins of the night are not lost because the disk was full at that moment. */
    @Test
    void whatCouldNotBeRecordedIsAskedForAgainThoughNothingMoreComes() throws Exception {
        store.full(true);
        try (LoginLog logins = logins()) {
            logins.start();
            await().atMost(LIMIT).until(registry::isStoreAway);
            assertThat(registry.book().size()).isZero();
            store.full(false);
            await().atMost(LIMIT).until(() -> {
                clock.passMs(1_000); // it is not tried more often than each second
                return registry.book().size() == 3;
            });
        }
    }

    private static ProcessHandle journalctl() {
        return await().atMost(LIMIT)
                .until(
                        () -> ProcessHandle.current()
                                .children()
                                .filter(child ->
                                        child.info().command().orElse("").endsWith("/journalctl"))
                                .findAny()
                                .orElse(null),
                        Objects::nonNull);
    }

    private LoginLog logins() throws Exception {
        return logins("ssh.service", "dovecot.service");
    }

    private LoginLog logins(String... units) throws Exception {
        return new LoginLog(settings(List.of(units)), registry, recordedJournal());
    }

    private List<String> recordedJournal() {
        return List.of("journalctl", "--file=" + folder.resolve("recorded.journal"));
    }

    private LoginLogSettings settings(List<String> units) {
        return new LoginLogSettings(
                List.of(),
                units,
                List.of("sshd", "dovecot"),
                null,
                1_800_000,
                false,
                folder.resolve("places"),
                ZoneOffset.UTC);
    }

    private static UserName user(String name) {
        return new UserName(name);
    }

    private static Allowance plain(String name) {
        return Allowance.plain(user(name), 1_200_000);
    }
}
