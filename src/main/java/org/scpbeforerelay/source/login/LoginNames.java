package org.scpbeforerelay.source.login;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.lease.UserName;

/**
 * Which user a login name is: the one in whose {@code logins} it stands, to the letter; or the user of that very name. A name in two
 * users' {@code logins} is nobody's.
 *
 * <p>Where strangers may have leases, any other name is a stranger's of that name, {@code @} written as {@code _at_} and
 * capitals small: {@code Nick@example.org} is {@code nick_at_example.org}. A stranger never takes a known user's name in
 * this way, and a name that is no user name even so has no lease.
 */
final class LoginNames {
    private final Roster roster;
    private final Map<String, UserName> byLogin = new HashMap<>();
    private final Set<String> ambiguous;

    LoginNames(Roster roster) {
        this.roster = roster;
        Set<String> twice = new HashSet<>();
        for (Allowance allowance : roster.allowances().values()) {
            for (String login : allowance.logins()) {
                UserName other = byLogin.put(login, allowance.user());
                if (other != null && !other.equals(allowance.user())) {
                    twice.add(login);
                }
            }
        }
        byLogin.keySet().removeAll(twice);
        this.ambiguous = Set.copyOf(twice);
    }

    Roster roster() {
        return roster;
    }

    Optional<UserName> user(String login) {
        UserName known = byLogin.get(login);
        if (known != null) {
            return Optional.of(known);
        }
        if (ambiguous.contains(login)) {
            return Optional.empty();
        }
        Optional<UserName> own = UserName.tryParse(login).filter(roster.allowances()::containsKey);
        if (own.isPresent() || roster.strangers() == null) {
            return own;
        }
        return UserName.tryParse(login.toLowerCase(Locale.ROOT).replace("@", "_at_"))
                .filter(name -> !roster.allowances().containsKey(name));
    }
}
