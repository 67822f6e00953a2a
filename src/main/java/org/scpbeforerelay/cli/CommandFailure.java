package org.scpbeforerelay.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** A command ends without having done what was asked: the message is all a person needs, the status is for scripts. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    CommandFailure(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    /** A file or folder is in the way, or not for this user. */
    static CommandFailure cannotWrite(FileSystemException problem, String remedy) {
        String why = switch (problem) {
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException exists -> "something that is no folder has this name";
            case NoSuchFileException missing -> "there is no such folder and none can be made";
            default -> problem.getReason() == null ? problem.getClass().getSimpleName() : problem.getReason();
        };
        return new CommandFailure(
                ExitStatus.CANNOT_WRITE, "cannot write " + problem.getFile() + " (" + why + "); " + remedy);
    }

    int exitStatus() {
        return exitStatus;
    }
}
