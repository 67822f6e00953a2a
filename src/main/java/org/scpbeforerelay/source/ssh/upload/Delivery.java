package org.scpbeforerelay.source.ssh.upload;

import java.util.concurrent.CompletableFuture;
import org.scpbeforerelay.announce.Verdict;

/** Where a whole file goes. */
public interface Delivery {
    /**
     * Has a file judged and recorded. Never blocks.
     *
     * @param path as the client named it
     * @return completed, on any thread but never with an exception, when the answer may be told
     */
    CompletableFuture<Verdict> deliver(String path, byte[] content);

    /** The base name of a path as clients write it, with either kind of slash; empty for a folder. */
    static String baseName(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    /** Whether a path names a file of a device, and is not a folder: its base name ends in {@code -ip}. */
    static boolean namesDevice(String path) {
        return baseName(path).endsWith("-ip");
    }
}
