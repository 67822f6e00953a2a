package org.scpbeforerelay.lookup;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * The file of a unix socket. It appears under its name only when its mode (0660) and group are right: it is bound under another
 * name beside, and then renamed. What stands there already is replaced only if it is a socket on which nobody answers.
 */
final class UnixSocketFile {
    /** The longest path that fits into a socket's address, sun_path in unix(7). */
    private static final int PATH_MAX = 107;

    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;
    private static final int S_ISVTX = 01000;
    private static final int S_IWOTH = 02;

    private final Path path;
    private final Object inode;

    private UnixSocketFile(Path path, Object inode) {
        this.path = path;
        this.inode = inode;
    }

    /** Opens a socket there, ready to accept. The message of the error names the place and the remedy. */
    static UnixSocketFile bind(ServerSocketChannel channel, ListenAddress.Unix address, int backlog)
            throws IOException {
        Path path = address.path().toAbsolutePath();
        Path beside = path.resolveSibling(
                "." + path.getFileName() + "." + ProcessHandle.current().pid());
        if (beside.toString().getBytes(StandardCharsets.UTF_8).length > PATH_MAX) {
            throw new IOException(path + ": too long for a socket's path; at most "
                    + (PATH_MAX - (beside.toString().length() - path.toString().length())) + " characters fit");
        }
        checkFolder(path);
        checkPlaceIsFree(path);
        Files.deleteIfExists(beside);
        try {
            channel.bind(UnixDomainSocketAddress.of(beside), backlog);
            protect(beside, address.group());
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(beside);
            throw e;
        }
        return new UnixSocketFile(path, inode(path));
    }

    /** Takes the file away, unless another socket has taken its place. */
    void remove() throws IOException {
        try {
            if (inode(path).equals(inode)) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            // Somebody was quicker.
        }
    }

    private static void checkFolder(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException(path + ": its folder is missing; make it first: install -d -m 2750 -o USER -g GROUP "
                    + folder + " (USER runs scp-before-relay, GROUP is the mail server's)");
        }
        int mode = mode(folder.toRealPath());
        if ((mode & S_IWOTH) != 0 && (mode & S_ISVTX) == 0) {
            throw new IOException(
                    folder + ": everybody may write here, so anybody could put another socket in the place of "
                            + path.getFileName() + "; run: chmod o-w " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + ": the user that runs scp-before-relay cannot write here, hence cannot make "
                    + path.getFileName() + "; give it the folder: chown USER " + folder);
        }
    }

    private static void checkPlaceIsFree(Path path) throws IOException {
        int mode;
        try {
            mode = mode(path);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & S_IFMT) != S_IFSOCK) {
            throw new IOException(path + ": exists and is no socket; remove it or choose another path");
        }
        if (isAnswered(path)) {
            throw new IOException(path + ": another process answers on this socket; is the daemon running already?");
        }
    }

    /** Whether a process listens there. Only a refused connection says that none does: a full backlog is no refusal. */
    private static boolean isAnswered(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            throw new IOException(
                    path + ": cannot tell whether another process answers on this socket (" + e.getMessage()
                            + "); if none does, remove it",
                    e);
        }
    }

    private static void protect(Path path, @Nullable String group) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        PosixFileAttributes attributes = view.readAttributes();
        if (group != null && !attributes.group().getName().equals(group)) {
            view.setGroup(group(path, group));
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    }

    private static GroupPrincipal group(Path path, String name) throws IOException {
        try {
            return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException(
                    "there is no group '" + name + "' on this host for the socket " + path.getParent(), e);
        }
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }
}
