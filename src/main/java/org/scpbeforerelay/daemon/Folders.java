package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes the daemon's folders, and says what is in the way where it cannot. */
final class Folders {
    private Folders() {}

    static void make(Path folder, String mode) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        }
    }

    /** What to tell the operator. */
    static String inTheWay(FileSystemException e) {
        String why = switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException exists -> "something that is no folder has this name";
            case NoSuchFileException missing -> "there is no such folder and none can be made";
            default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        };
        return "cannot make or write " + e.getFile() + " (" + why
                + "); give it to the user that the daemon runs as, or name another folder with --state";
    }
}
