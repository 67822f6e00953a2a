package org.scpbeforerelay.source.ssh.upload;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;

/** A file that is being written over SFTP: one open handle. */
final class PendingFile {
    final String path;
    private byte[] content = new byte[0];
    private boolean judged;
    private Verdict.@Nullable Refused refused;

    PendingFile(String path) {
        this.path = path;
    }

    /** Takes what was written at {@code offset}; a file that grows too large or has holes is refused, and keeps no bytes. */
    void write(long offset, byte[] bytes) {
        if (offset < 0 || offset > content.length) {
            refuse(new Verdict.Refused(RefusalCode.ADDRESS_MALFORMED, "the file was written with a hole in it"));
        } else if (offset + bytes.length > AnnouncementFile.SIZE_MAX) {
            refuse(new Verdict.Refused(
                    RefusalCode.TOO_LARGE, "the file has more than " + AnnouncementFile.SIZE_MAX + " bytes"));
        } else {
            int at = (int) offset;
            content = Arrays.copyOf(content, Math.max(content.length, at + bytes.length));
            System.arraycopy(bytes, 0, content, at, bytes.length);
            judged = false;
        }
    }

    byte[] content() {
        return content.clone();
    }

    int size() {
        return content.length;
    }

    /** Whether what is written so far has been judged. */
    boolean isJudged() {
        return judged;
    }

    void judged(Verdict verdict) {
        judged = true;
        if (verdict instanceof Verdict.Refused no) {
            refuse(no);
        }
    }

    /** Why nothing more can come of this handle: clients go on after a refused WRITE, and must not be told OK. */
    Verdict.@Nullable Refused refused() {
        return refused;
    }

    private void refuse(Verdict.Refused why) {
        refused = why;
        content = new byte[0];
    }
}
