package org.scpbeforerelay.source.drop;

/**
 * What the kernel says of a file, statx(2).
 *
 * @param mode type and permissions, as in inode(7)
 * @param ctimeNs when contents or attributes last changed, nanoseconds since the epoch: by this host's clock, and nobody can
 *     set it
 * @param mtimeNs when contents last changed, or what a program such as {@code scp -p} has set instead
 */
record FileFacts(
        long device, long inode, int mode, int links, int uid, int gid, long size, long ctimeNs, long mtimeNs) {
    private static final int TYPE = 0170000;
    private static final long NS_PER_MS = 1_000_000;

    /**
     * What makes a file another one: a new file, or the same with new contents.
     *
     * @param ctimeNs distinguishes the contents, once it lies more than a tick of the kernel's clock back
     */
    record Identity(long device, long inode, long ctimeNs) {}

    Identity identity() {
        return new Identity(device, inode, ctimeNs);
    }

    boolean isRegular() {
        return (mode & TYPE) == 0100000;
    }

    boolean isSymbolicLink() {
        return (mode & TYPE) == 0120000;
    }

    /** What it is, in words. */
    String type() {
        return switch (mode & TYPE) {
            case 0100000 -> "a regular file";
            case 0040000 -> "a directory";
            case 0120000 -> "a symbolic link";
            case 0010000 -> "a FIFO";
            case 0140000 -> "a socket";
            case 0020000, 0060000 -> "a device";
            default -> "a special file";
        };
    }

    boolean othersMayWrite() {
        return (mode & 02) != 0;
    }

    boolean groupMayWrite() {
        return (mode & 020) != 0;
    }

    long ctimeMs() {
        return Math.floorDiv(ctimeNs, NS_PER_MS);
    }

    /**
     * When the file was written, by the wall clock: never later than its ctime. An mtime from the future is some client's
     * clock; an mtime from the past is taken, because a change of permissions or a backup put back is no announcement.
     */
    long writtenMs() {
        return Math.floorDiv(Math.min(mtimeNs, ctimeNs), NS_PER_MS);
    }
}
