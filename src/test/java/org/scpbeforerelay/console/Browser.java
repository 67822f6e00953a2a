package org.scpbeforerelay.console;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Debian's Chromium without a window, driven by its DevTools protocol: one tab. Keeps every address that the tab asked for. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();
    private @Nullable String tab;

    Browser() throws Exception {
        folder = Files.createTempDirectory("scp-before-relay-browser-");
        process = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--force-device-scale-factor=1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Path port = folder.resolve("DevToolsActivePort");
        await().atMost(PATIENCE)
                .until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
        List<String> where = Files.readAllLines(port);
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + where.get(0) + where.get(1)), new Messages())
                .get(30, TimeUnit.SECONDS);
        String target = call("Target.createTarget", Json.object().put("url", "about:blank"))
                .path("targetId")
                .asString();
        tab = call(
                        "Target.attachToTarget",
                        Json.object().put("targetId", target).put("flatten", true))
                .path("sessionId")
                .asString();
        for (String domain : List.of("Page", "Network", "Runtime", "Log")) {
            call(domain + ".enable", Json.object());
        }
        size(1280, 900, false);
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = Json.read(text.toString());
                text.setLength(0);
                heard(message);
            }
            from.request(1);
            return null;
        }
    }

    private void heard(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    waiting.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        JsonNode what = message.path("params");
        switch (message.path("method").asString("")) {
            case "Network.requestWillBeSent" ->
                requests.add(what.at("/request/url").asString());
            case "Page.loadEventFired" -> loads.incrementAndGet();
            case "Runtime.exceptionThrown" -> complaints.add(what.toString());
            case "Log.entryAdded" -> {
                if (what.at("/entry/level").asString("").equals("error")) {
                    complaints.add(what.at("/entry/text").asString() + " "
                            + what.at("/entry/url").asString(""));
                }
            }
            default -> {} // of no interest here
        }
    }

    JsonNode call(String method, ObjectNode parameters) throws Exception {
        int number = numbers.incrementAndGet();
        ObjectNode message = Json.object().put("id", number).put("method", method);
        message.set("params", parameters);
        if (tab != null) {
            message.put("sessionId", tab);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        socket.sendText(Json.line(message), true).get(30, TimeUnit.SECONDS);
        JsonNode heard = answer.get(30, TimeUnit.SECONDS);
        if (heard.has("error")) {
            throw new IOException(method + ": " + heard.path("error"));
        }
        return heard.path("result");
    }

    /** Opens an address; returns when it is loaded. */
    Browser open(String address) throws Exception {
        int before = loads.get();
        call("Page.navigate", Json.object().put("url", address));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> loads.get() > before);
        return this;
    }

    /** Does something that loads another page; returns when that is loaded. */
    void loading(String script) throws Exception {
        int before = loads.get();
        run(script);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> loads.get() > before);
    }

    /** Runs a script in the tab; gives its value, of a promise the one it comes to. */
    JsonNode run(String script) throws Exception {
        JsonNode result = call(
                "Runtime.evaluate",
                Json.object()
                        .put("expression", script)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(script + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** All that a visitor reads. */
    String text() throws Exception {
        return run("document.body.innerText").asString();
    }

    Browser size(int width, int height, boolean phone) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Json.object()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", phone ? 2 : 1)
                        .put("mobile", phone));
        return this;
    }

    Browser dark(boolean dark) throws Exception {
        ObjectNode media = Json.object();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", media);
        return this;
    }

    Browser withoutScripts(boolean without) throws Exception {
        call("Emulation.setScriptExecutionDisabled", Json.object().put("value", without));
        return this;
    }

    /** A press of a key, as a keyboard would. */
    void press(String key, int code) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            ObjectNode event = Json.object()
                    .put("type", type)
                    .put("key", key)
                    .put("code", key)
                    .put("windowsVirtualKeyCode", code);
            if (type.equals("keyDown") && key.equals("Enter")) {
                event.put("text", "\r");
            }
            call("Input.dispatchKeyEvent", event);
        }
    }

    /** The whole page as a picture below {@code target/screenshots}. */
    void picture(String name) throws Exception {
        ObjectNode how = Json.object().put("format", "png").put("captureBeyondViewport", true);
        JsonNode size = call("Page.getLayoutMetrics", Json.object()).path("cssContentSize");
        ObjectNode clip = Json.object()
                .put("x", 0)
                .put("y", 0)
                .put("width", size.path("width").asDouble())
                .put("height", Math.min(6000, size.path("height").asDouble()))
                .put("scale", 1);
        how.set("clip", clip);
        Path folder = Path.of(System.getProperty("project.root", "."), "target", "screenshots");
        Files.createDirectories(folder);
        Files.write(
                folder.resolve(name + ".png"),
                Base64.getDecoder()
                        .decode(call("Page.captureScreenshot", how).path("data").asString()));
    }

    /** Every address that the tab has asked for. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** What the browser complained about: refused by the policy, failed to load, an exception in a script. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    void forget() {
        requests.clear();
        complaints.clear();
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        all.forEach(one -> one.onExit().join());
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
