package org.scpbeforerelay.source.ssh;

import java.security.PublicKey;
import java.util.Collection;
import java.util.function.Supplier;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeyBlob;
import org.scpbeforerelay.lease.DeviceName;

/**
 * Says whether a key, or an OpenSSH certificate, may speak under a login name. The same few look-ups are made and the same
 * "no" is given whether the user exists or not.
 *
 * <p>A certificate comes here with its signature, its time and its critical options verified by the library (all but
 * {@code source-address} are refused); what is left to decide is whose authority signed it and whom it names. Keys that have
 * expired or may not be used from the client's address are let in, so that the client can be told; nothing is done for them.
 */
final class KeyCheck implements PublickeyAuthenticator {
    /** Who the client of a connection would be, by the key that it showed last. */
    static final AttributeKey<Identity> IDENTITY = new AttributeKey<>();

    private final Supplier<Keyring> keyring;

    KeyCheck(Supplier<Keyring> keyring) {
        this.keyring = keyring;
    }

    @Override
    public boolean authenticate(String login, PublicKey key, ServerSession session) {
        Identity identity = identify(login, key);
        if (identity == null) {
            session.removeAttribute(IDENTITY);
            return false;
        }
        session.setAttribute(IDENTITY, identity);
        return true;
    }

    private @Nullable Identity identify(String login, PublicKey key) {
        LoginName name = LoginName.tryParse(login).orElse(null);
        boolean certificate = key instanceof OpenSshCertificate;
        KeyBlob blob = blob(key instanceof OpenSshCertificate signed ? signed.getCaPubKey() : key);
        Keyring keys = keyring.get();
        for (Keyring.Owner owner : keys.owners(blob)) {
            if (name != null
                    && owner.user().equals(name.user())
                    && owner.key().certAuthority() == certificate
                    && agree(owner.key().device(), name.device())
                    && (!(key instanceof OpenSshCertificate signed) || names(signed, owner))) {
                DeviceName device = owner.key().device() != null ? owner.key().device() : name.device();
                long notAfterMs = key instanceof OpenSshCertificate signed ? endMs(signed) : Long.MAX_VALUE;
                return new Identity(
                        owner.user(),
                        device,
                        blob,
                        owner.key(),
                        Math.min(notAfterMs, owner.key().expiresAtMs()),
                        blob.fingerprint());
            }
        }
        if (name != null
                && key instanceof OpenSshCertificate signed
                && keys.trusts(blob)
                && keys.knows(name.user())
                && signed.getPrincipals().contains(name.user().text())) {
            return new Identity(name.user(), name.device(), blob, null, endMs(signed), blob.fingerprint());
        }
        return null;
    }

    /** A key of one device does not speak as another. */
    private static boolean agree(@Nullable DeviceName ofKey, @Nullable DeviceName ofLogin) {
        return ofKey == null || ofLogin == null || ofKey.equals(ofLogin);
    }

    private static boolean names(OpenSshCertificate certificate, Keyring.Owner owner) {
        Collection<String> named = certificate.getPrincipals();
        AuthorizedKey authority = owner.key();
        return authority.principals().isEmpty()
                ? named.contains(owner.user().text())
                : authority.principals().stream().anyMatch(named::contains);
    }

    /** {@code valid_before} is in seconds, unsigned, exclusive; all ones for never. */
    private static long endMs(OpenSshCertificate certificate) {
        long seconds = certificate.getValidBefore();
        return seconds < 0 || seconds > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : seconds * 1000;
    }

    private static KeyBlob blob(PublicKey key) {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key);
        return KeyBlob.of(buffer.getCompactData());
    }
}
