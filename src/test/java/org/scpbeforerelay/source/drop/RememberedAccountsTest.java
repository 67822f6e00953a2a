package org.scpbeforerelay.source.drop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.clock.SettableClock;

final class RememberedAccountsTest {
    private static final int GERARD = 1000;
    private static final int BOB = 1001;

    private final SettableClock clock = new SettableClock();
    private final Directory directory = new Directory();
    private final Accounts accounts = new RememberedAccounts(directory, clock);

    @Test
    void anAnswerIsRememberedForAMinute() {
        directory.account("gerard", GERARD, 1000);
        for (int i = 0; i < 3; i++) {
            assertThat(accounts.nameOf(GERARD)).contains("gerard");
            assertThat(accounts.nameOf(4711)).isEmpty();
        }
        assertThat(directory.questions).isEqualTo(2);
    }

    @Test
    void aUserIdThatIsGivenToSomebodyElseIsThatOneWithinAMinute() {
        directory.account("gerard", GERARD, 1000);
        assertThat(accounts.nameOf(GERARD)).contains("gerard");
        directory.passwd.clear();
        directory.account("bob", GERARD, 1000);
        clock.passMs(60_000);
        assertThat(accounts.nameOf(GERARD)).contains("bob");
    }

    @Test
    void anAccountThatIsMadeLaterIsFoundWithinAMinute() {
        assertThat(accounts.nameOf(GERARD)).isEmpty();
        directory.account("gerard", GERARD, 1000);
        clock.passMs(60_000);
        assertThat(accounts.nameOf(GERARD)).contains("gerard");
    }

    @Test
    void thatADirectoryServerWasNotUpYetIsNotRemembered() {
        directory.account("gerard", GERARD, 1000);
        directory.groups.put(1000, new NameService.Group("gerard", List.of()));
        directory.away = true;
        assertThat(accounts.nameOf(GERARD)).isEmpty();
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isFalse();
        directory.away = false;
        assertThat(accounts.nameOf(GERARD)).contains("gerard");
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isTrue();
    }

    @Test
    void aGroupOfTheUsersNameWithNobodyElseIsPrivate() {
        directory.account("gerard", GERARD, 1000);
        directory.account("bob", BOB, 100);
        directory.groups.put(1000, new NameService.Group("gerard", List.of("gerard")));
        directory.groups.put(1001, new NameService.Group("bob", List.of()));
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isTrue();
        assertThat(accounts.isPrivateGroup(1000, BOB)).isFalse();
        assertThat(accounts.isPrivateGroup(1001, BOB))
                .as("bob's primary group is another one")
                .isTrue();
        assertThat(accounts.isPrivateGroup(4711, GERARD)).isFalse();
    }

    @Test
    void aGroupWithAnotherMemberIsNotPrivate() {
        directory.account("gerard", GERARD, 1000);
        directory.groups.put(1000, new NameService.Group("gerard", List.of("gerard", "bob")));
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isFalse();
    }

    @Test
    void aGroupThatIsAnotherAccountsPrimaryGroupIsNotPrivate() {
        directory.account("gerard", GERARD, 1000);
        directory.account("bob", BOB, 1000);
        directory.groups.put(1000, new NameService.Group("gerard", List.of()));
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isFalse();
    }

    @Test
    void aSecondNameOfTheSameUserIsNobodyElse() {
        directory.account("gerard", GERARD, 1000);
        directory.account("greenleaf", GERARD, 1000);
        directory.groups.put(1000, new NameService.Group("gerard", List.of()));
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isTrue();
    }

    @Test
    void whereAccountsAreNotListedNobodyKnowsWhoseGroupItIsBesides() {
        directory.account("gerard", GERARD, 1000);
        directory.groups.put(1000, new NameService.Group("gerard", List.of()));
        directory.unlisted = true;
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isFalse();
    }

    @Test
    void whoseGroupItIsIsAskedAnewAfterAMinuteAndOnceForAll() {
        directory.account("gerard", GERARD, 1000);
        directory.account("bob", BOB, 1001);
        directory.groups.put(1000, new NameService.Group("gerard", List.of()));
        directory.groups.put(1001, new NameService.Group("bob", List.of()));
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isTrue();
        assertThat(accounts.isPrivateGroup(1001, BOB)).isTrue();
        assertThat(directory.listings).isEqualTo(1);
        directory.account("sam", 1002, 1000);
        clock.passMs(60_000);
        assertThat(accounts.isPrivateGroup(1000, GERARD)).isFalse();
    }

    @Test
    void theSystemsOwnAccountsAreListedAsTheyAreFound() throws Exception {
        SystemAccounts system = new SystemAccounts();
        List<Integer> listed = new ArrayList<>();
        system.list((uid, gid) -> {
            listed.add(uid);
            if (uid == 0) {
                assertThat(gid).isZero();
            }
            return true;
        });
        assertThat(listed).contains(0).hasSizeGreaterThan(1);
        for (int uid : listed) {
            assertThat(system.nameOf(uid)).isPresent();
        }
        assertThat(system.nameOf(0)).contains("root");
        assertThat(system.nameOf(1_999_999_999)).isEmpty();
        assertThat(system.group(0)).map(NameService.Group::name).contains("root");
        List<Integer> first = new ArrayList<>();
        system.list((uid, gid) -> {
            first.add(uid);
            return false;
        });
        assertThat(first).containsExactly(listed.getFirst());
    }

    /** A host's accounts, perhaps on a server. */
    private static final class Directory implements NameService {
        private record Account(String name, int uid, int gid) {}

        final List<Account> passwd = new ArrayList<>();
        final Map<Integer, Group> groups = new HashMap<>();
        boolean away;
        boolean unlisted;
        int questions;
        int listings;

        void account(String name, int uid, int gid) {
            passwd.add(new Account(name, uid, gid));
        }

        @Override
        public Optional<String> nameOf(int uid) throws KernelException {
            ask();
            return passwd.stream()
                    .filter(account -> account.uid == uid)
                    .map(Account::name)
                    .findFirst();
        }

        @Override
        public Optional<Group> group(int gid) throws KernelException {
            ask();
            return Optional.ofNullable(groups.get(gid));
        }

        @Override
        public void list(Listing listing) throws KernelException {
            ask();
            listings++;
            for (Account account : unlisted ? List.<Account>of() : passwd) {
                if (!listing.account(account.uid, account.gid)) {
                    return;
                }
            }
        }

        private void ask() throws KernelException {
            questions++;
            if (away) {
                throw new KernelException("getpwuid", 5);
            }
        }
    }
}
