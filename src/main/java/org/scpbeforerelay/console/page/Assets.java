package org.scpbeforerelay.console.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.console.AccessToken;
import org.scpbeforerelay.console.Visit;

/** The style sheet, the script and the icon: files of the program, read when they are first asked for. */
final class Assets {
    private static final Map<String, String> TYPES = Map.of(
            "/style.css", "text/css; charset=utf-8",
            "/console.js", "text/javascript; charset=utf-8",
            "/icon.svg", "image/svg+xml");

    private final Map<String, byte[]> read = new ConcurrentHashMap<>();

    /** Answers when it is one of them. */
    boolean answer(Visit visit) throws IOException {
        @Nullable String type = TYPES.get(visit.path());
        if (type == null) {
            return false;
        }
        byte[] bytes = bytes(visit.path());
        visit.answerHeader("Cache-Control", "private, no-cache");
        if (!visit.answeredUnchanged("\"" + AccessToken.digestText(new String(bytes, StandardCharsets.UTF_8)) + "\"")) {
            visit.answer(200, type, bytes);
        }
        return true;
    }

    private byte[] bytes(String path) throws IOException {
        byte[] known = read.get(path);
        if (known != null) {
            return known;
        }
        try (InputStream in = Assets.class.getResourceAsStream("/org/scpbeforerelay/console" + path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is missing from the program");
            }
            byte[] bytes = in.readAllBytes();
            read.put(path, bytes);
            return bytes;
        }
    }
}
