package org.scpbeforerelay.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * Replaces a file so that whoever reads it sees the old text or the new one, also after a loss of power: written beside it,
 * fsynced, renamed, the directory fsynced. The file keeps its group and its mode but what others may; a new one has mode 0640
 * and its directory's group, so that what root writes the daemon can read.
 */
final class AtomicFile {
    private static final Set<PosixFilePermission> NEW_MODE = PosixFilePermissions.fromString("rw-r-----");
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("------rwx");

    private AtomicFile() {}

    static void write(Path file, String text) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a symbolic link to " + Files.readSymbolicLink(file)
                    + "; it is not replaced by a file: change what it points to");
        }
        Path directory = file.toAbsolutePath().resolveSibling("");
        boolean isThere = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        PosixFileAttributes model = attributes(isThere ? file : directory);
        Set<PosixFilePermission> mode = EnumSet.copyOf(isThere ? model.permissions() : NEW_MODE);
        mode.removeAll(OF_OTHERS);
        // A name that nobody can have prepared, made with O_EXCL, which follows no link; the dot hides it from readers.
        Path beside = directory.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writeNew(
                    beside,
                    text,
                    PosixFilePermissions.asFileAttribute(
                            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
            setGroup(beside, model.group());
            Files.setPosixFilePermissions(beside, mode);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
        sync(directory);
    }

    static void delete(Path file) throws IOException {
        Files.delete(file);
        sync(file.toAbsolutePath().resolveSibling(""));
    }

    private static void writeNew(Path file, String text, FileAttribute<?> mode) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void setGroup(Path file, GroupPrincipal group) throws IOException {
        if (attributes(file).group().equals(group)) {
            return;
        }
        try {
            Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(group);
        } catch (IOException e) {
            throw new IOException(
                    "cannot give " + file.getParent() + "'s new file to the group " + group.getName()
                            + ", which reads it; run this as root",
                    e);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static PosixFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
