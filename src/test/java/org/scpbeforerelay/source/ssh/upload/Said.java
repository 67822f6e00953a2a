package org.scpbeforerelay.source.ssh.upload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.Verdict;

/** The far end of a conversation under test: what was said, and what was delivered; answers when told to. */
final class Said implements ClientLine, Delivery {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final List<String> err = new ArrayList<>();
    final List<Integer> exits = new ArrayList<>();
    final Map<String, String> delivered = new LinkedHashMap<>();
    final List<CompletableFuture<Verdict>> waiting = new ArrayList<>();
    boolean atOnce = true;

    static final Verdict GRANTED = new Verdict.Granted(List.of(), List.of());

    @Override
    public void out(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public void err(String line) {
        err.add(line);
    }

    @Override
    public void exit(int status) {
        exits.add(status);
    }

    @Override
    public CompletableFuture<Verdict> deliver(String path, byte[] content) {
        delivered.put(path, new String(content, StandardCharsets.ISO_8859_1));
        CompletableFuture<Verdict> answer = new CompletableFuture<>();
        waiting.add(answer);
        if (atOnce) {
            answer.complete(
                    AnnouncementFile.parse(content) instanceof AnnouncementFile.Unreadable bad
                            ? bad.refused()
                            : GRANTED);
        }
        return answer;
    }

    /** What came on standard output since the last time. */
    byte[] take() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }
}
