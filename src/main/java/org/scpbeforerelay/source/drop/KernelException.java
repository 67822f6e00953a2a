package org.scpbeforerelay.source.drop;

import java.io.IOException;

/** A call of the kernel that failed, with its errno(3). */
final class KernelException extends IOException {
    private static final long serialVersionUID = 1L;

    static final int ENOENT = 2;
    static final int EACCES = 13;
    static final int ENOTDIR = 20;
    static final int EMFILE = 24;
    static final int ENOSPC = 28;
    static final int ELOOP = 40;

    private final int errno;

    KernelException(String call, int errno) {
        super(call + ": " + words(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }

    /** Whether there is nothing of that name. */
    boolean isAbsent() {
        return errno == ENOENT;
    }

    private static String words(int errno) {
        return switch (errno) {
            case ENOENT -> "no such file or directory";
            case EACCES -> "permission denied";
            case ENOTDIR -> "not a directory";
            case EMFILE -> "too many open files";
            case ENOSPC -> "no room (for inotify: more watches than fs.inotify.max_user_watches)";
            case ELOOP -> "is a symbolic link, which is not followed";
            default -> "errno " + errno;
        };
    }
}
