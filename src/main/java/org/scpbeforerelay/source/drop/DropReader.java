package org.scpbeforerelay.source.drop;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;

/**
 * Reads one file of a drop directory, in the one safe way, or says why not.
 *
 * <p>Judged before it is opened (a device may act when it is opened), opened without following a link or waiting for a FIFO,
 * and judged again by the open descriptor: what the name meant meanwhile does not matter. The facts after the reading must be
 * those from before. ctime moves with every write and nobody can set it, but only at ticks of up to 10 ms: so a file is read
 * only when its ctime lies {@link #SETTLE_MS} back. A write after that cannot hide.
 *
 * <p>Whether a writer will go on cannot be seen from the file; the caller knows from inotify, or waits longer.
 */
final class DropReader {
    /** How long a file must have been left alone before it is read, in milliseconds. More than a tick of the kernel. */
    static final long SETTLE_MS = 25;

    /** How far in the future a ctime may lie and be waited for: another host's clock, on a network file system. */
    static final long AHEAD_MAX_MS = 60_000;

    private final Kernel kernel;
    private final Accounts accounts;

    DropReader(Kernel kernel, Accounts accounts) {
        this.kernel = kernel;
        this.accounts = accounts;
    }

    /** What a look at a file gave. */
    sealed interface Reading {
        /** It is not there. */
        record Gone() implements Reading {}

        /** It changes, or has just changed: to be looked at again in so many milliseconds. */
        record NotYet(long inMs) implements Reading {}

        /** It is the same that the caller has done with. */
        record Known() implements Reading {}

        /** It will not be read, or not be believed, as it is. */
        record Unfit(FileFacts facts, Verdict.Refused why) implements Reading {}

        /** What all of it says. */
        record Whole(FileFacts facts, AnnouncementFile file) implements Reading {}
    }

    /** Asks whether a file is one that the caller has done with. */
    interface Done {
        boolean with(FileFacts.Identity identity);
    }

    /**
     * Looks at a file.
     *
     * @param owner the facts of the open directory, whose owner must be the file's
     * @param quietMs how long it must not have changed, at least {@link #SETTLE_MS}
     * @param nowMs by the wall clock
     */
    Reading read(int directory, FileFacts owner, String name, Done done, long quietMs, long nowMs)
            throws KernelException {
        FileFacts before;
        try {
            before = kernel.factsIn(directory, name);
        } catch (KernelException e) {
            if (e.isAbsent()) {
                return new Reading.Gone();
            }
            throw e;
        }
        if (done.with(before.identity())) {
            return new Reading.Known();
        }
        long ageMs = nowMs - before.ctimeMs();
        if (ageMs < -AHEAD_MAX_MS) {
            return unfit(
                    before,
                    RefusalCode.FROM_NOT_ALLOWED,
                    "was written in the future: this host's clock was set"
                            + " back, and nobody can say how old the file is; copy it again");
        }
        if (ageMs < quietMs) {
            return new Reading.NotYet(quietMs - ageMs);
        }
        Verdict.Refused refused = judge(before, owner);
        return refused != null ? new Reading.Unfit(before, refused) : contents(directory, name, before);
    }

    private Reading contents(int directory, String name, FileFacts before) throws KernelException {
        int file;
        try {
            file = kernel.openFileIn(directory, name);
        } catch (KernelException e) {
            if (e.isAbsent() || e.errno() == KernelException.ELOOP) {
                return new Reading.NotYet(SETTLE_MS); // replaced just now
            }
            throw e;
        }
        try {
            if (!kernel.facts(file).equals(before)) {
                return new Reading.NotYet(SETTLE_MS);
            }
            byte[] bytes = kernel.read(file, AnnouncementFile.SIZE_MAX + 1);
            if (bytes.length != before.size() || !kernel.facts(file).equals(before)) {
                return new Reading.NotYet(SETTLE_MS);
            }
            return endsWithinAnAddress(bytes)
                    ? unfit(
                            before,
                            RefusalCode.ADDRESS_MALFORMED,
                            "ends within an address, which may be cut off there;" + " end the last line with a newline")
                    : new Reading.Whole(before, AnnouncementFile.parse(bytes));
        } finally {
            kernel.close(file);
        }
    }

    private Verdict.@Nullable Refused judge(FileFacts file, FileFacts directory) {
        String why = null;
        if (!file.isRegular()) {
            why = "is " + file.type() + "; only a regular file is read";
        } else if (file.links() != 1) {
            why = "is a hard link (" + file.links() + " names); it may be somebody's who does not know";
        } else if (file.uid() != directory.uid()) {
            why = "belongs to " + account(file.uid()) + " and not to the directory's owner, "
                    + account(directory.uid());
        } else if (mayBeWrittenByOthers(file)) {
            why = "can be written by others than its owner; chmod go-w it";
        }
        if (why != null) {
            return new Verdict.Refused(RefusalCode.FROM_NOT_ALLOWED, why);
        }
        return file.size() > AnnouncementFile.SIZE_MAX
                ? new Verdict.Refused(
                        RefusalCode.TOO_LARGE, "has " + file.size() + " bytes, more than " + AnnouncementFile.SIZE_MAX)
                : null;
    }

    private String account(int uid) {
        return accounts.nameOf(uid).orElse("user id " + Integer.toUnsignedString(uid));
    }

    /** Whether others than the owner may write; a group that nobody else is in does not count. */
    boolean mayBeWrittenByOthers(FileFacts facts) {
        return facts.othersMayWrite() || facts.groupMayWrite() && !accounts.isPrivateGroup(facts.gid(), facts.uid());
    }

    private static Reading unfit(FileFacts facts, RefusalCode code, String why) {
        return new Reading.Unfit(facts, new Verdict.Refused(code, why));
    }

    /**
     * A full disk or a broken copy may leave {@code 198.51.100.1} of {@code 198.51.100.12}. With a newline or a blank after
     * it an address is whole; and what comes after that is never looked at.
     */
    static boolean endsWithinAnAddress(byte[] bytes) {
        boolean inFirstWord = false;
        boolean beforeIt = true;
        for (byte b : bytes) {
            boolean blank = b == ' ' || b == '\t';
            if (b == '\n') {
                beforeIt = true;
                inFirstWord = false;
            } else if (beforeIt && !blank) {
                beforeIt = false;
                inFirstWord = b != '#';
            } else if (blank) {
                inFirstWord = false;
            }
        }
        return inFirstWord;
    }
}
