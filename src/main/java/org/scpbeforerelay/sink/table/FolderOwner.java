package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Whose a tables folder is: whoever owns it may make any name in it a link to any file, and root would write through it. */
final class FolderOwner {
    private static final int ROOT = 0;

    private FolderOwner() {}

    /** Refuses where this process is root and the folder, or the link that leads to it, is not root's. */
    static void refuseRootIn(Path folder) throws IOException, TableException {
        if (uid(Path.of("/proc/self")) != ROOT) {
            return;
        }
        for (LinkOption[] links : new LinkOption[][] {{LinkOption.NOFOLLOW_LINKS}, {}}) {
            int owner = uid(folder, links);
            if (owner != ROOT) {
                String name = Files.getOwner(folder, links).getName();
                throw new TableException("the tables folder " + folder + " belongs to " + name
                        + ", and root does not write there; run this as that user: "
                        + (name.equals(Integer.toUnsignedString(owner))
                                ? "setpriv --reuid=" + name + " --clear-groups scp-before-relay …"
                                : "runuser -u " + name + " -- scp-before-relay …"));
            }
        }
    }

    private static int uid(Path path, LinkOption... links) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", links);
    }
}
