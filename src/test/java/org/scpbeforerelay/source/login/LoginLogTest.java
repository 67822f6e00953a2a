package org.scpbeforerelay.source.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.SenderRules;
import org.scpbeforerelay.clock.SettableClock;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;

/** From a line in a file to a lease in the book, through a real follower, registry and store. */
final class LoginLogTest {
    private static final long TERM_MS = 1_800_000;
    private static final LeaseTerms TERMS = new LeaseTerms(
            86_400_000,
            60_000,
            List.of(),
            Set.of(ClientAddress.tryParse("192.0.1.1").orElseThrow()));
    private static final String SOME = "203.0.1.7";
    private static final String OTHER = "203.0.1.8";

    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final Roster roster = roster(null);
    private Path log = Path.of("mail.log");
    private SqliteLeaseStore store;
    private Registry registry;
    private RegistryThread thread;
    private @Nullable LoginLog logins;

    @SuppressWarnings("NullAway.Init")
    LoginLogTest() {}

    @BeforeEach
    void open() throws StoreException, IOException {
        log = folder.resolve("mail.log");
        Files.createFile(log);
        store = SqliteLeaseStore.open(folder.resolve("leases.db"));
        registry = new Registry(store, clock, roster, TERMS);
        registry.open();
        thread = new RegistryThread(registry);
        thread.start();
    }

    @AfterEach
    void close() {
        if (logins != null) {
            logins.close();
        }
        thread.close();
        store.close();
    }

    @Test
    void aLoginIsALeaseForItsTermFromTheLinesTime() throws Exception {
        start(false);
        write(login("gerard", SOME, -60_000, "a"));

        Lease lease = awaitLease("gerard", SOME);
        assertThat(lease.device().text()).isEqualTo("login");
        assertThat(lease.expiresAtMs()).isEqualTo(clock.now().wallMs() - 60_000 + TERM_MS);
    }

    @Test
    void aLoginNameOfAUserIsThatUserAndOthersAreNobody() throws Exception {
        start(false);
        write(login("stranger", OTHER, 0, "a"));
        write(login("gerard@example.org", SOME, 0, "b"));

        assertThat(awaitLease("gerard", SOME).user().text()).isEqualTo("gerard");
        assertThat(registry.book().size()).isEqualTo(1);
    }

    @Test
    void strangersMayHaveLeasesWhereTheSettingsLetThem() throws Exception {
        registry.adopt(roster(new Roster.StrangersAllowance(TERM_MS)), TERMS).join();
        start(false);
        write(login("Nick@example.org", OTHER, 0, "a"));
        // A stranger's name that comes out as a known user's: nobody.
        write(login("gerard@x", OTHER, 0, "b"));
        write(login("GERARD", OTHER, 0, "b"));
        write(login("a+b", OTHER, 0, "c"));
        write(login("gerard", SOME, 0, "d"));

        awaitLease("gerard", SOME);
        assertThat(registry.book().of(new UserName("nick_at_example.org"))).hasSize(1);
        assertThat(registry.book().of(new UserName("gerard"))).hasSize(1);
        assertThat(registry.book().size()).isEqualTo(3);
    }

    @Test
    void aUserHasALeaseForEachAddress() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        write(login("gerard", OTHER, 0, "b"));

        awaitLease("gerard", SOME);
        awaitLease("gerard", OTHER);
    }

    @Test
    void pitfall7LoopbackAndTheHostsOwnAddressesNeverLease() throws Exception {
        start(false);
        for (String own : List.of("127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.1.1", "0.0.0.0", "10.1.2.3")) {
            write(login("gerard", own, 0, "a"));
        }
        write(login("gerard", SOME, 0, "b"));

        awaitLease("gerard", SOME);
        assertThat(registry.book().size()).isEqualTo(1);
    }

    @Test
    void pitfall17AndPitfall18AndPitfall19ALeaseEndsWithoutAnyLine() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);

        clock.passMs(TERM_MS - 1);
        assertThat(mayRelay(SOME)).isTrue();
        clock.passMs(1);
        assertThat(mayRelay(SOME)).isFalse();
    }

    @Test
    void anOldLineReadAgainRevivesNothing() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
        clock.passMs(TERM_MS);
        stop();
        // As if the place had been lost: all is read again.
        try (var places = Files.list(folder.resolve("places"))) {
            for (Path place : places.toList()) {
                Files.writeString(place, "place 0 0 0 start\n");
            }
        }
        start(false);
        write(login("gerard", OTHER, 0, "b"));

        awaitLease("gerard", OTHER);
        assertThat(mayRelay(SOME)).isFalse();
    }

    @Test
    void whatWasLoggedWhileTheDaemonWasAwayCountsFromItsTime() throws Exception {
        start(false);
        stop();
        write(login("gerard", SOME, 0, "a"));
        clock.passMs(600_000);
        start(false);

        assertThat(awaitLease("gerard", SOME).leftMs(clock.now())).isEqualTo(TERM_MS - 600_000);
    }

    @Test
    void pitfall36ALeaseEndsWithTheLastConnectionOfItsUserAndWithNobodyElses() throws Exception {
        start(true);
        write(login("gerard", SOME, 0, "a"));
        write(login("gerard", SOME, 0, "b"));
        write(login("manwe", SOME, 0, "c"));
        awaitLease("gerard", SOME);
        awaitLease("manwe", SOME);

        write(logout("gerard", "a"));
        write(logout("manwe", "c"));
        await().until(() -> registry.book().of(new UserName("manwe")).isEmpty());
        assertThat(registry.book().of(new UserName("gerard"))).hasSize(1);

        write(logout("gerard", "b"));
        await().until(() -> registry.book().size() == 0);
    }

    @Test
    void aShortConnectionBesideALongOneEndsNothingAndTheLongOnesEndDoes() throws Exception {
        start(true);
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
        clock.passMs(1_000);
        write(login("gerard", SOME, 0, "b") + "\n" + logout("gerard", "b"));
        await().until(() -> health().logins() == 2);
        clock.passMs(1_000);
        assertThat(registry.book().of(new UserName("gerard"))).hasSize(1);

        write(logout("gerard", "a"));
        await().until(() -> registry.book().size() == 0);
    }

    @Test
    void aLogoutOfAConnectionFromBeforeTheStartEndsNothing() throws Exception {
        start(true);
        write(login("gerard", SOME, 0, "a"));
        write(login("gerard", SOME, 0, "b"));
        awaitLease("gerard", SOME);
        stop();
        clock.passMs(1_000);
        start(true);
        // The one that is known ends; "a" and "b" may be open still.
        write(login("gerard", SOME, 0, "c"));
        write(logout("gerard", "c"));
        write(login("manwe", OTHER, 0, "d"));

        awaitLease("manwe", OTHER);
        assertThat(registry.book().of(new UserName("gerard"))).hasSize(1);
    }

    /**
     * What is on disk the moment the revocation is told of is what a daemon killed there would find: the leases, and a place in
     * the log that may lie before the login, before the logout or behind both.
     */
    @ParameterizedTest
    @ValueSource(strings = {"before the login", "before the logout", "as it was saved"})
    void afterAKillRightAtTheLogoutTheLeaseDoesNotComeBack(String savedPlace) throws Exception {
        Path found = Files.createDirectory(folder.resolve("found"));
        registry.listen(event -> {
            if (event instanceof LeaseEvent.Revoked) {
                copyLeases(found);
            }
        });
        start(true);
        String beforeLogin = Files.readString(place());
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
        await().until(() -> !Files.readString(place()).equals(beforeLogin));
        String beforeLogout = Files.readString(place());
        write(logout("gerard", "a"));
        await().until(() -> Files.exists(found.resolve("copied")));
        stop();
        switch (savedPlace) {
            case "before the login" -> Files.writeString(place(), beforeLogin);
            case "before the logout" -> Files.writeString(place(), beforeLogout);
            default -> assertThat(Files.readString(place())).isNotEqualTo(beforeLogout);
        }

        thread.close();
        store.close();
        store = SqliteLeaseStore.open(found.resolve("leases.db"));
        registry = new Registry(store, clock, roster, TERMS);
        registry.open();
        List<LeaseEvent> events = new CopyOnWriteArrayList<>();
        registry.listen(events::add);
        thread = new RegistryThread(registry);
        thread.start();
        assertThat(registry.book().size()).isZero();
        start(true);
        write(login("manwe", OTHER, 0, "b"));
        awaitLease("manwe", OTHER);
        assertThat(events).hasSize(1);
    }

    /** Told on the registry's thread, so nothing is being written. */
    private void copyLeases(Path to) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(
                            each -> String.valueOf(each.getFileName()).startsWith("leases.db"))
                    .toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
            Files.createFile(to.resolve("copied"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path place() throws IOException {
        try (Stream<Path> places = Files.list(folder.resolve("places"))) {
            return places.filter(each -> each.toString().endsWith(".place"))
                    .findAny()
                    .orElseThrow();
        }
    }

    @Test
    void logoutsEndNothingUnlessTheyAreAskedTo() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        write(logout("gerard", "a"));
        write(login("manwe", OTHER, 0, "b"));

        awaitLease("manwe", OTHER);
        assertThat(mayRelay(SOME)).isTrue();
    }

    @Test
    void aNewLoginAfterARevocationIsALeaseAgain() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
        registry.revoke(new Selection.OfUser(new UserName("gerard")), "by operator")
                .join();
        await().until(() -> registry.book().size() == 0);
        write(login("gerard", SOME, 0, "b"));

        awaitLease("gerard", SOME);
    }

    @Test
    void pitfall29LinesThatAreNotUnderstoodForTenMinutesAreAnAlarm() throws Exception {
        start(false);
        write(login("gerard", SOME, 0, "a"));
        await().until(() -> health().logins() == 1);
        write(login("gerard", SOME, 0, "b").replace("Login:", "Signed in:"));
        await().until(() -> health().notUnderstood() == 1);
        assertThat(health().alarm()).isNull();

        clock.passMs(LoginLogHealth.ALARM_AFTER_MS);
        write(login("gerard", SOME, 0, "c").replace("Login:", "Signed in:"));
        await().until(() -> health().notUnderstood() == 2);
        assertThat(health().alarm()).contains("10 minutes of logins by dovecot and no line understood");

        write(login("gerard", SOME, 0, "d"));
        await().until(() -> health().notUnderstood() == 0);
        assertThat(health().alarm()).isNull();
    }

    @Test
    void wrongNewSettingsLeaveEverythingAsItWas() throws Exception {
        start(false);
        LoginLog following = logins;
        assertThat(following).isNotNull();
        assertThatThrownBy(() -> following.adopt(settings(List.of("nosuch"), false)))
                .isInstanceOf(FormatException.class);
        write(login("gerard", SOME, 0, "a"));

        awaitLease("gerard", SOME);
    }

    @Test
    void aReloadForgetsNeitherOpenConnectionsNorWhatIsNotUnderstood() throws Exception {
        start(true);
        LoginLog following = Objects.requireNonNull(logins);
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
        clock.passMs(1_000);
        following.adopt(settings(List.of("dovecot"), true));
        following.adopt(settings(List.of("dovecot", "courier"), true));
        assertThat(following.health())
                .extracting(service -> service.service() + " " + service.logins())
                .containsExactly("courier 0", "dovecot 1");

        write(logout("gerard", "a"));
        await().until(() -> registry.book().size() == 0);
    }

    @Test
    void aLogThatCannotBeReadIsATroubleUntilItCan() throws Exception {
        start(false);
        LoginLog following = Objects.requireNonNull(logins);
        Path aside = folder.resolve("aside");
        Files.move(log, aside);
        Files.createDirectory(log);
        await().until(() -> !following.troubles().isEmpty());
        assertThat(following.troubles().getFirst()).contains("cannot be followed", log.toString());

        Files.delete(log);
        Files.move(aside, log);
        await().until(() -> following.troubles().isEmpty());
        write(login("gerard", SOME, 0, "a"));
        awaitLease("gerard", SOME);
    }

    private ServiceHealth health() {
        return logins == null
                ? new ServiceHealth("", 0, 0, 0, null)
                : logins.health().getFirst();
    }

    private void start(boolean endAtLogout) throws Exception {
        logins = new LoginLog(settings(List.of("dovecot"), endAtLogout), registry);
        logins.start();
        await().until(() -> Files.isDirectory(folder.resolve("places"))
                && folder.resolve("places").toFile().list((in, name) -> name.endsWith(".place")).length > 0);
    }

    private void stop() {
        if (logins != null) {
            logins.close();
        }
    }

    private LoginLogSettings settings(List<String> services, boolean endAtLogout) {
        return new LoginLogSettings(
                List.of(log),
                List.of(),
                services,
                null,
                TERM_MS,
                endAtLogout,
                folder.resolve("places"),
                ZoneOffset.UTC);
    }

    private Lease awaitLease(String user, String address) {
        return await().until(
                        () -> registry.book().of(new UserName(user)).stream()
                                .filter(lease -> lease.addressText().equals(address))
                                .findAny()
                                .orElse(null),
                        lease -> lease != null);
    }

    private boolean mayRelay(String address) {
        ClientAddress client = ClientAddress.tryParse(address).orElseThrow();
        for (Lease lease : registry.book().at(client)) {
            if (lease.activeAt(clock.now())) {
                return true;
            }
        }
        return false;
    }

    private String login(String user, String address, long shiftMs, String connection) {
        return front(shiftMs) + "imap-login: Login: user=<" + user + ">, method=PLAIN, rip=" + address
                + ", lip=192.0.1.1, mpid=1, TLS, session=<" + connection + ">";
    }

    private String logout(String user, String connection) {
        return front(0) + "imap(" + user + ")<1><" + connection + ">: Disconnected: Logged out in=1 out=2";
    }

    private String front(long shiftMs) {
        return DateTimeFormatter.ISO_INSTANT.format(
                        Instant.ofEpochMilli(clock.now().wallMs() + shiftMs)) + " mail dovecot: ";
    }

    private void write(String line) throws IOException {
        Files.writeString(log, line + "\n", StandardOpenOption.APPEND);
    }

    private static Roster roster(Roster.@Nullable StrangersAllowance strangers) {
        return new Roster(
                Map.of(
                        new UserName("gerard"), user("gerard", Set.of("gerard@example.org")),
                        new UserName("manwe"), user("manwe", Set.of())),
                Set.of(),
                strangers);
    }

    private static Allowance user(String name, Set<String> logins) {
        return new Allowance(
                new UserName(name), true, List.of(), logins, SenderRules.ANY, 1_200_000, 8, 128, null, null, Map.of());
    }
}
