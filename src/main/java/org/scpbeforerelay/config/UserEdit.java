package org.scpbeforerelay.config;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.scpbeforerelay.config.SettingsException.Problem;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeyBlob;
import org.scpbeforerelay.key.KeySyntaxException;
import org.scpbeforerelay.lease.UserName;
import org.tomlj.MutableTomlArray;
import org.tomlj.MutableTomlTable;

/**
 * A change of one user's file. What the change does not touch stays as it was written, comments and order too. The new text is
 * read as the daemon will read it before it takes the old one's place; a text with problems is not written at all. Two changes
 * at the same time wait for each other.
 */
public final class UserEdit {
    private final MutableTomlTable table;

    private UserEdit(MutableTomlTable table) {
        this.table = table;
    }

    /**
     * Makes a user; its directory too, when there is none.
     *
     * @throws FileAlreadyExistsException there is a user of that name
     * @throws SettingsException the new file would have problems
     * @throws IOException it cannot be written
     */
    public static void create(Path directory, UserName name, Settings settings, Consumer<UserEdit> edit)
            throws IOException, SettingsException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        }
        Path file = UserFolder.file(directory, name);
        try (DirectoryLock _ = DirectoryLock.of(directory)) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            write(directory, name, "", settings, edit);
        }
    }

    /** What would be wrong with a new user's file that had this in it; empty when nothing would. */
    public static List<String> objections(Path directory, UserName name, Settings settings, Consumer<UserEdit> edit) {
        MutableTomlTable table = MutableTomlTable.create();
        edit.accept(new UserEdit(table));
        return problems(directory, name, table.toToml(), settings).stream()
                .map(Problem::what)
                .toList();
    }

    /**
     * Changes a user.
     *
     * @throws NoSuchFileException there is no user of that name
     * @throws SettingsException the file has problems, or would have them
     * @throws IOException it cannot be written, or is a symbolic link
     */
    public static void change(Path directory, UserName name, Settings settings, Consumer<UserEdit> edit)
            throws IOException, SettingsException {
        Path file = UserFolder.file(directory, name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        try (DirectoryLock _ = DirectoryLock.of(directory)) {
            Problems problems = new Problems(file);
            String text = TomlText.read(problems).orElse("");
            problems.throwIfAny();
            UserReader.of(text, name, settings.lease().maxTerm(), problems);
            problems.throwIfAny();
            write(directory, name, text, settings, edit);
        }
    }

    /**
     * Removes a user's file.
     *
     * @throws NoSuchFileException there is no user of that name
     * @throws IOException it cannot be removed
     */
    public static void remove(Path directory, UserName name) throws IOException {
        Path file = UserFolder.file(directory, name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString());
        }
        try (DirectoryLock _ = DirectoryLock.of(directory)) {
            AtomicFile.delete(file);
        }
    }

    /**
     * Sets a key of the file, in the place where it stands or at the end.
     *
     * @param key as the file calls it: {@code may_announce}
     * @param value a {@link String}, {@link Integer}, {@link Boolean}, or a {@link List} of {@link String}
     */
    public UserEdit set(String key, Object value) {
        Object toml = switch (value) {
            case List<?> list -> MutableTomlArray.copyOf(list);
            case Integer number -> number.longValue();
            default -> value;
        };
        table.set(List.of(key), toml);
        return this;
    }

    /** Takes a key of the file out: the default holds again. */
    public UserEdit unset(String key) {
        table.remove(List.of(key));
        return this;
    }

    /** Adds a key that may speak for the user. */
    public UserEdit addKey(AuthorizedKey key) {
        keys().add(key.line());
        return this;
    }

    /** Takes a key out; false when the user does not have it. */
    public boolean removeKey(KeyBlob blob) {
        MutableTomlArray keys = keys();
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i) instanceof String line && isKey(line, blob)) {
                keys.remove(i);
                return true;
            }
        }
        return false;
    }

    private MutableTomlArray keys() {
        if (table.get(List.of("keys")) instanceof MutableTomlArray keys) {
            return keys;
        }
        table.set(List.of("keys"), MutableTomlArray.create());
        return table.getArray(List.of("keys"));
    }

    private static boolean isKey(String line, KeyBlob blob) {
        try {
            return AuthorizedKey.parse(line).blob().equals(blob);
        } catch (KeySyntaxException e) {
            return false;
        }
    }

    private static void write(Path directory, UserName name, String text, Settings settings, Consumer<UserEdit> edit)
            throws IOException, SettingsException {
        Path file = UserFolder.file(directory, name);
        Problems problems = new Problems(file);
        var document = TomlText.parseToChange(text, problems);
        problems.throwIfAny();
        MutableTomlTable table = document.orElseThrow();
        edit.accept(new UserEdit(table));
        String changed = table.toToml();
        List<Problem> found = problems(directory, name, changed, settings);
        if (!found.isEmpty()) {
            throw new SettingsException(found);
        }
        AtomicFile.write(file, changed);
    }

    /** Of this user's file alone, when it has this text. */
    private static List<Problem> problems(Path directory, UserName name, String text, Settings settings) {
        String file = UserFolder.file(directory, name).toString();
        return UserFolder.read(directory, settings, new UserFolder.Draft(name, text)).problems().stream()
                .filter(problem -> problem.place().equals(file))
                .toList();
    }

    /** Held while a file of the directory is changed. The lock is a dot file, which no reader of users looks at. */
    private record DirectoryLock(FileChannel channel, FileLock lock) implements AutoCloseable {
        /** A file lock is between processes; within this one, threads wait here. */
        private static final ReentrantLock THREADS = new ReentrantLock();

        static DirectoryLock of(Path directory) throws IOException {
            THREADS.lock();
            try {
                return locked(directory);
            } catch (IOException | RuntimeException e) {
                THREADS.unlock();
                throw e;
            }
        }

        private static DirectoryLock locked(Path directory) throws IOException {
            FileChannel channel = FileChannel.open(
                    directory.resolve(".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return new DirectoryLock(channel, channel.lock());
        }

        @Override
        public void close() throws IOException {
            try {
                lock.release();
                channel.close();
            } finally {
                THREADS.unlock();
            }
        }
    }
}
