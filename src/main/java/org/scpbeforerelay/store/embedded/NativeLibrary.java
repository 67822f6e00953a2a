package org.scpbeforerelay.store.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.scpbeforerelay.store.StoreException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Loads SQLite's native library from a private folder beside the store.
 *
 * <p>sqlite-jdbc unpacks the library from its jar into {@code java.io.tmpdir}, which anybody may write to, is often mounted
 * {@code noexec}, and keeps a copy for each killed process. Here it is unpacked beside the store, loaded, and unlinked: the
 * process keeps its mapping, the folder keeps nothing. Who has a library at hand sets {@code org.sqlite.lib.path} (or another
 * {@code org.sqlite.tmpdir}), and nothing is done here.
 */
final class NativeLibrary {
    private static final String FOLDER_PROPERTY = "org.sqlite.tmpdir";
    private static boolean loaded;

    private NativeLibrary() {}

    /** Loads it, if this process has not yet. For the holder of the store's lock. */
    static synchronized void load(Path storeFolder) throws StoreException {
        if (loaded) {
            return;
        }
        if (System.getProperty("org.sqlite.lib.path") != null || System.getProperty(FOLDER_PROPERTY) != null) {
            initialize("the folder that org.sqlite.lib.path or org.sqlite.tmpdir names");
            return;
        }
        Path folder = storeFolder.resolve("native");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            empty(folder);
            System.setProperty(FOLDER_PROPERTY, folder.toString());
            try {
                initialize(folder.toString());
            } finally {
                System.clearProperty(FOLDER_PROPERTY);
                empty(folder);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new StoreException(
                    "cannot unpack SQLite's native library into " + folder + " (" + e
                            + "): make the folder writable for the daemon",
                    e);
        }
    }

    private static void initialize(String folder) throws StoreException {
        try {
            SQLiteJDBCLoader.initialize();
            loaded = true;
        } catch (Exception | UnsatisfiedLinkError e) {
            throw new StoreException(
                    "cannot load SQLite's native library from " + folder
                            + " (is it mounted noexec?): name a folder with -Dorg.sqlite.tmpdir=DIR from which programs may run: "
                            + e.getMessage(),
                    e);
        }
    }

    private static void empty(Path folder) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, "sqlite-*")) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }
}
