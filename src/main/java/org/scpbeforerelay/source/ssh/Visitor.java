package org.scpbeforerelay.source.ssh;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.source.ssh.upload.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has proved who it is: what it may do, which is to announce, to revoke and to list its own. Answers come on the
 * endpoint's answering threads, never on the registry's.
 */
final class Visitor implements Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Visitor.class);

    private final Identity identity;
    private final ClientAddress address;
    private final Registry registry;
    private final Supplier<Keyring> keyring;
    private final Executor answering;

    Visitor(
            Identity identity,
            ClientAddress address,
            Registry registry,
            Supplier<Keyring> keyring,
            Executor answering) {
        this.identity = identity;
        this.address = address;
        this.registry = registry;
        this.keyring = keyring;
        this.answering = answering;
    }

    Identity identity() {
        return identity;
    }

    ClientAddress address() {
        return address;
    }

    Registry registry() {
        return registry;
    }

    /** Why nothing may be done for this client, in spite of its key; null when all is well. */
    @Nullable
    Refused barrier() {
        AuthorizedKey key = identity.key();
        if (!keyring.get().isEnabled(identity.user())) {
            return new Refused(
                    RefusalCode.DISABLED, "user " + identity.user() + " is disabled; ask the operator of this host");
        }
        if (registry.now().wallMs() >= identity.notAfterMs()) {
            return new Refused(
                    RefusalCode.KEY_EXPIRED,
                    "the key " + identity.proof() + " has expired; ask the operator of this host to add a new one");
        }
        if (key != null && !key.allowsFrom(address)) {
            return new Refused(
                    RefusalCode.FROM_NOT_ALLOWED,
                    "the key " + identity.proof() + " may not be used from " + address + "; the operator wrote from=\""
                            + String.join(",", key.from()) + "\"");
        }
        return null;
    }

    /** Whether the client may speak as this device; null when it names none. */
    boolean maySpeakAs(@Nullable DeviceName device) {
        return device == null || identity.device() == null || identity.device().equals(device);
    }

    /** The device that the key or the login name sets, else the one that is asked for, else the default. */
    Principal principal(@Nullable DeviceName asked) {
        DeviceName set = identity.device();
        return new Principal(identity.user(), set != null ? set : asked != null ? asked : DeviceName.DEFAULT);
    }

    /** A file that came in. Its name says which device it is of, unless the key or the login name does. */
    @Override
    public CompletableFuture<Verdict> deliver(String path, byte[] content) {
        DeviceName named = null;
        if (identity.device() == null && Delivery.namesDevice(path)) {
            String base = Delivery.baseName(path);
            String label = base.substring(0, base.length() - "-ip".length());
            Optional<DeviceName> device = DeviceName.tryParse(label);
            if (device.isEmpty()) {
                return refused(
                        new Refused(
                                RefusalCode.ADDRESS_MALFORMED,
                                "the file's name must be DEVICE-ip, where DEVICE is of a-z, 0-9, '.', '_' and '-', and no address"));
            }
            named = device.get();
        }
        return switch (AnnouncementFile.parse(content)) {
            case AnnouncementFile.Claims file -> announce(named, file.claims(), 0, Hold.NONE);
            case AnnouncementFile.Unreadable file -> refused(file.refused());
        };
    }

    /** Announces; {@code termMs} 0 asks for the user's own term. */
    CompletableFuture<Verdict> announce(@Nullable DeviceName device, List<Claim> claims, long termMs, Hold hold) {
        Refused barrier = barrier();
        if (barrier != null) {
            return refused(barrier);
        }
        Announcement announcement = new Announcement(
                principal(device),
                LeaseSource.SSH,
                identity.proof(),
                address,
                claims,
                hold,
                termMs,
                identity.notAfterMs(),
                Announcement.NOW);
        return registry.announce(announcement)
                .exceptionally(failure -> new Refused(
                        RefusalCode.STORE_UNAVAILABLE, "the announcement could not be recorded; try again in a minute"))
                .thenApplyAsync(verdict -> verdict, answering);
    }

    /** Ends the client's own leases: of the device named, else of all its devices. */
    CompletableFuture<Revocation> revoke(@Nullable DeviceName device) {
        Selection selection = device == null && identity.device() == null
                ? new Selection.OfUser(identity.user())
                : new Selection.OfPrincipal(principal(device));
        return registry.revoke(selection, "by its owner over SSH from " + address)
                .thenApplyAsync(revocation -> revocation, answering);
    }

    /** The client's own active leases: of its device, where the key or the login name sets one, else of all. */
    List<Lease> leases() {
        return registry.book().of(identity.user()).stream()
                .filter(lease -> lease.activeAt(registry.now()))
                .filter(lease -> maySpeakAs(lease.device()))
                .sorted((a, b) -> a.key().compareTo(b.key()))
                .toList();
    }

    private CompletableFuture<Verdict> refused(Refused refused) {
        LOG.info(
                "refused {} from {}: {} {}",
                identity.user(),
                address,
                refused.code().text(),
                refused.reason());
        return CompletableFuture.completedFuture(refused);
    }
}
