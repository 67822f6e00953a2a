package org.scpbeforerelay.source.ssh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeyBlob;
import org.scpbeforerelay.lease.UserName;

/** Who may speak with which key, at one reading of the settings. Immutable: a reload makes a new one. */
public final class Keyring {
    /** Nobody. */
    public static final Keyring EMPTY = of(List.of(), List.of());

    private final Map<KeyBlob, List<Owner>> owners;
    private final Map<UserName, Boolean> enabled;
    private final Set<KeyBlob> authorities;

    private Keyring(Map<KeyBlob, List<Owner>> owners, Map<UserName, Boolean> enabled, Set<KeyBlob> authorities) {
        this.owners = owners;
        this.enabled = enabled;
        this.authorities = authorities;
    }

    /**
     * A user as the operator keeps it.
     *
     * @param enabled false: may prove who it is, is told {@code disabled}, and gets nothing
     */
    public record Member(UserName name, boolean enabled, List<AuthorizedKey> keys) {
        public Member {
            keys = List.copyOf(keys);
        }
    }

    /** One of those whom a key speaks for, or, with cert-authority, whose certificates it signs. */
    record Owner(UserName user, AuthorizedKey key) {}

    /**
     * The keyring of these users.
     *
     * @param trustedAuthorities keys that sign certificates for all users, who must be named in them
     */
    public static Keyring of(Collection<Member> members, Collection<AuthorizedKey> trustedAuthorities) {
        Map<KeyBlob, List<Owner>> owners = new HashMap<>();
        Map<UserName, Boolean> enabled = new HashMap<>();
        for (Member member : members) {
            enabled.put(member.name(), member.enabled());
            for (AuthorizedKey key : member.keys()) {
                owners.computeIfAbsent(key.blob(), blob -> new ArrayList<>(1)).add(new Owner(member.name(), key));
            }
        }
        Set<KeyBlob> authorities = new HashSet<>();
        trustedAuthorities.forEach(key -> authorities.add(key.blob()));
        return new Keyring(owners, enabled, authorities);
    }

    /** Whom this key speaks for; several users may have the same key. */
    List<Owner> owners(KeyBlob blob) {
        return owners.getOrDefault(blob, List.of());
    }

    boolean knows(UserName user) {
        return enabled.containsKey(user);
    }

    boolean isEnabled(UserName user) {
        return enabled.getOrDefault(user, false);
    }

    /** Whether certificates signed by this key count for every user. */
    boolean trusts(KeyBlob authority) {
        return authorities.contains(authority);
    }

    /** Whether what was proved earlier would be proved again now: the user is there and enabled, the key as it was. */
    boolean upholds(Identity identity) {
        if (!isEnabled(identity.user())) {
            return false;
        }
        AuthorizedKey key = identity.key();
        return key == null
                ? authorities.contains(identity.provenBy())
                : owners(key.blob()).contains(new Owner(identity.user(), key));
    }
}
