package org.scpbeforerelay.source.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.SessionContext;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoint's own keys, one Ed25519 and one RSA, as files that {@code ssh-keygen} reads: {@code ssh_host_ed25519_key} and
 * {@code ssh_host_rsa_key}, mode 0600, each with its {@code .pub}. Missing ones are made, written beside and renamed: a file is
 * whole or not there. One that is there is never overwritten; when it cannot be used, that is an error that names it.
 *
 * <p>The search for an RSA key's primes takes seconds, at times many. The first start does not wait for it: clients of this century
 * take the Ed25519 key, and the RSA key is offered as soon as it is there.
 */
final class HostKeys implements KeyPairProvider, AutoCloseable {
    static {
        CurveProvider.register();
    }

    private static final Logger LOG = LoggerFactory.getLogger(HostKeys.class);

    private static final int ED25519_BITS = 256;
    private static final int RSA_BITS = 3072;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private final List<KeyPair> keys = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> whole = new CompletableFuture<>();
    private boolean closed;

    private HostKeys() {}

    /**
     * The keys in this folder. The Ed25519 key is made when it is missing; a missing RSA key is begun. The error names the file and
     * the remedy.
     */
    static HostKeys loadOrMake(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        HostKeys keys = new HostKeys();
        keys.keys.add(loadOrMake(folder.resolve("ssh_host_ed25519_key"), KeyPairProvider.SSH_ED25519));
        Path rsa = folder.resolve("ssh_host_rsa_key");
        if (Files.exists(rsa)) {
            keys.keys.add(loadOrMake(rsa, KeyPairProvider.SSH_RSA));
            keys.whole.complete(null);
        } else {
            Thread.ofPlatform()
                    .daemon()
                    .name("rsa-host-key")
                    .priority(Thread.MIN_PRIORITY)
                    .start(() -> keys.addMadeRsa(rsa));
        }
        return keys;
    }

    @Override
    public Iterable<KeyPair> loadKeys(@Nullable SessionContext session) {
        return keys;
    }

    /** Completed when no key is being made any more. */
    CompletableFuture<Void> whole() {
        return whole;
    }

    /** No file is written from now on. */
    @Override
    public synchronized void close() {
        closed = true;
    }

    private void addMadeRsa(Path file) {
        try {
            KeyPair key = generate(KeyPairProvider.SSH_RSA);
            synchronized (this) {
                if (!closed) {
                    write(file, key);
                    keys.add(key);
                }
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            LOG.error(
                    "{}: no RSA host key could be made ({}); clients that know no Ed25519 are not served",
                    file,
                    e.toString());
        } finally {
            whole.complete(null);
        }
    }

    private static KeyPair loadOrMake(Path file, String type) throws IOException {
        try {
            if (Files.exists(file)) {
                return load(file, type);
            }
            KeyPair key = generate(type);
            write(file, key);
            return key;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    file + ": no usable host key (" + e.getMessage() + "); move it away and a new one is made", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + ": the host key may not be read or made (permission denied on " + e.getFile()
                            + "); chown it to the user that the daemon runs as",
                    e);
        }
    }

    private static KeyPair load(Path file, String type) throws IOException, GeneralSecurityException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new IOException(file + ": others than its owner may use this host key ("
                    + PosixFilePermissions.toString(permissions) + "); chmod 600 " + file);
        }
        List<KeyPair> found = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            Iterable<KeyPair> read = SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName(file.toString()), in, FilePasswordProvider.EMPTY);
            if (read != null) {
                read.forEach(found::add);
            }
        } catch (AccessDeniedException e) {
            throw e; // the key itself may be all right
        } catch (IOException | RuntimeException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
        if (found.size() != 1 || !type.equals(KeyUtils.getKeyType(found.getFirst()))) {
            throw new GeneralSecurityException("expected one private key of type " + type + " without passphrase");
        }
        return found.getFirst();
    }

    private static KeyPair generate(String type) throws GeneralSecurityException {
        if (!type.equals(KeyPairProvider.SSH_RSA)) {
            return KeyUtils.generateKeyPair(type, ED25519_BITS);
        }
        // By the JDK itself: the other provider searches for primes several times as long.
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        generator.initialize(RSA_BITS);
        return generator.generateKeyPair();
    }

    private static void write(Path file, KeyPair key) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "scp-before-relay", null, secret);
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePublicKey(key, "scp-before-relay", open);
        write(file.resolveSibling(file.getFileName() + ".pub"), open.toByteArray(), "rw-r--r--");
        write(file, secret.toByteArray(), "rw-------");
    }

    private static void write(Path file, byte[] content, String permissions) throws IOException {
        Path beside = Files.createTempFile(
                file.getParent(),
                ".new",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(beside, content);
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString(permissions));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
