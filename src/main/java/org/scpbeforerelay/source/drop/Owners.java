package org.scpbeforerelay.source.drop;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Roster;

/** Which user an account of this host is: the one of that name, or the one who has it in {@code logins}. Immutable. */
final class Owners {
    private final Map<String, Allowance> byLogin = new HashMap<>();

    Owners(Roster roster) {
        roster.allowances().values().forEach(user -> user.logins().forEach(login -> byLogin.put(login, user)));
        // A user's own name comes before somebody else's login.
        roster.allowances().values().forEach(user -> byLogin.put(user.user().text(), user));
    }

    Optional<Allowance> of(@Nullable String login) {
        return Optional.ofNullable(login == null ? null : byLogin.get(login));
    }
}
