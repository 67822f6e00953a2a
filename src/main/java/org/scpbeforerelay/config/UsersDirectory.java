package org.scpbeforerelay.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.config.Settings.LoginLog;
import org.scpbeforerelay.config.SettingsException.Problem;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.UserName;

/**
 * All users, and the certificate authorities that speak for them: one reading of {@code users/} and of
 * {@code [ssh] trusted_user_ca_keys}.
 *
 * @param users in the order of their names
 * @param authorities trusted for all users; {@code principals} of a certificate must name the user
 * @param roster what all of them may do
 * @param warnings what is allowed and worth a second thought, one line each
 */
public record UsersDirectory(
        List<UserFile> users, List<AuthorizedKey> authorities, Roster roster, List<String> warnings) {
    /** Below these lengths a claim of {@code may_announce} is for whole providers. */
    private static final int WIDE_PREFIX4 = 8;

    private static final int WIDE_PREFIX6 = 20;

    public UsersDirectory {
        users = List.copyOf(users);
        authorities = List.copyOf(authorities);
        warnings = List.copyOf(warnings);
    }

    /**
     * A key and the user for whom it speaks.
     *
     * @param user also one that is disabled: it is told so
     * @param key also one that has expired: it is told so
     */
    public record UserKey(UserName user, AuthorizedKey key) {}

    /**
     * Reads every {@code NAME.toml} of a directory. Dot files and editors' backups are not looked at. An absent directory has
     * no users.
     *
     * @throws SettingsException with everything that is wrong in any of the files
     */
    public static UsersDirectory read(Path directory, Settings settings) throws SettingsException {
        return read(directory, settings, false);
    }

    /** The same of a directory that was there before: without it there would be no users, and all leases would end. */
    public static UsersDirectory readAgain(Path directory, Settings settings) throws SettingsException {
        return read(directory, settings, true);
    }

    private static UsersDirectory read(Path directory, Settings settings, boolean wasThere) throws SettingsException {
        UserFolder folder = UserFolder.read(directory, settings, null);
        List<Problem> problems = new ArrayList<>(folder.problems());
        if (wasThere && Files.notExists(directory)) {
            problems.add(new Problem(
                    directory.toString(),
                    0,
                    0,
                    "was there before and is gone; for no users make it an empty directory"));
        }
        List<AuthorizedKey> authorities = List.of();
        Path file = settings.ssh().trustedUserCaKeys();
        if (file != null) {
            Problems ofFile = new Problems(file);
            authorities = AuthoritiesFile.read(ofFile);
            problems.addAll(ofFile.list());
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        List<String> warnings = new ArrayList<>(folder.warnings());
        folder.users().forEach(user -> warnings.addAll(warningsOf(user, settings)));
        return new UsersDirectory(folder.users(), authorities, roster(folder.users(), authorities, settings), warnings);
    }

    /** This user; null when there is none of that name. */
    public @Nullable UserFile user(UserName name) {
        return users.stream()
                .filter(user -> user.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Every key of every user, for the SSH endpoint. One key may speak for several users: the login name says for which. */
    public List<UserKey> keyring() {
        return users.stream()
                .flatMap(user -> user.keys().stream().map(key -> new UserKey(user.name(), key)))
                .toList();
    }

    private static Roster roster(List<UserFile> users, List<AuthorizedKey> authorities, Settings settings) {
        Map<UserName, Allowance> allowances = users.stream()
                .map(user -> user.allowance(settings))
                .collect(Collectors.toMap(Allowance::user, Function.identity()));
        Set<String> fingerprints =
                authorities.stream().map(AuthorizedKey::fingerprint).collect(Collectors.toSet());
        LoginLog logins = settings.loginLog();
        return new Roster(
                allowances,
                fingerprints,
                logins.users() == LoginLog.Users.ANY
                        ? new Roster.StrangersAllowance(logins.term().ms())
                        : null);
    }

    private static List<String> warningsOf(UserFile user, Settings settings) {
        List<String> warnings = new ArrayList<>();
        boolean counted = user.messages() != null || user.recipients() != null;
        if (counted && settings.lookup().listen().stream().noneMatch(ListenAddress.Unix.class::isInstance)) {
            warnings.add("user " + user.name()
                    + " has limits on messages or recipients, which only a unix socket keeps: nothing is"
                    + " permitted to this user until [lookup] listen has one, such as"
                    + " \"unix:/var/spool/postfix/scp/policy\"");
        }
        for (Network network : user.mayAnnounce()) {
            if (network.prefixLength() < (network.base().isIpv4() ? WIDE_PREFIX4 : WIDE_PREFIX6)) {
                warnings.add("user " + user.name() + ": may_announce " + network
                        + " lets this user open the relay to a large part of the Internet");
            }
        }
        return warnings;
    }
}
