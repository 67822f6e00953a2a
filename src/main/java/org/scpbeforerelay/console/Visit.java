package org.scpbeforerelay.console;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** One request and its answer. What comes from outside is decoded here once, and bounded. */
public final class Visit {
    /** The longest body, in bytes: a form of a few fields, or the JSON of one lease. */
    public static final int BODY_BYTES_MAX = 16 * 1024;

    private static final int PARAMETERS_MAX = 32;
    private static final byte[] NOTHING = {};

    private final HttpExchange exchange;
    private final ClientAddress peer;
    private final Map<String, String> parameters;
    private final boolean forPeople;
    private @Nullable String formToken;
    private boolean answered;

    Visit(HttpExchange exchange) throws Problem {
        this.exchange = exchange;
        this.peer = ClientAddress.of(exchange.getRemoteAddress().getAddress());
        this.forPeople = !path().startsWith("/api/") && !path().equals("/metrics") && !path().startsWith("/health/");
        this.parameters = decode(exchange.getRequestURI().getRawQuery());
    }

    /** {@code GET} for {@code HEAD} too: the difference is in the sending. */
    public String method() {
        String method = exchange.getRequestMethod();
        return method.equals("HEAD") ? "GET" : method;
    }

    /** As it was sent: not decoded. */
    public String path() {
        return String.valueOf(exchange.getRequestURI().getRawPath());
    }

    /** Whether the answer is read by a person rather than by a program. */
    boolean isForPeople() {
        return forPeople;
    }

    /** Who is at the other end of the connection. */
    public ClientAddress peer() {
        return peer;
    }

    /** A field of the query; empty when it is not there or has no text. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /** The first header of this name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    /** What a form on a page must bring back; null for a visitor who came with the token itself and no cookie. */
    public @Nullable String formToken() {
        return formToken;
    }

    void bringsFormToken(@Nullable String token) {
        formToken = token;
    }

    /** The fields of a form; a {@link Problem} when it is none, or too long. */
    public Map<String, String> form() throws Problem, IOException {
        requireType("application/x-www-form-urlencoded");
        return decode(new String(body(), StandardCharsets.UTF_8));
    }

    /** A JSON object; a {@link Problem} when it is none, or too long. */
    public JsonNode json() throws Problem, IOException {
        requireType("application/json");
        try {
            JsonNode read = Json.read(new String(body(), StandardCharsets.UTF_8));
            if (read.isObject()) {
                return read;
            }
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("the body is " + e.getMessage());
        }
        throw Problem.badRequest("the body is no JSON object");
    }

    private void requireType(String wanted) throws Problem {
        String type = header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.equals(wanted) && !type.startsWith(wanted + ";")) {
            throw new Problem(
                    415, "unsupported-media-type", "This kind of body is not taken", "send Content-Type: " + wanted);
        }
    }

    private byte[] body() throws Problem, IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            exchange.getResponseHeaders().set("Connection", "close");
            throw new Problem(
                    413, "too-large", "This body is too large", "at most " + BODY_BYTES_MAX + " bytes are taken");
        }
        return body;
    }

    /** Adds a header to the answer. */
    public void answerHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    /** Answers with a text of this type. */
    public void answer(int status, String type, String text) throws IOException {
        answer(status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with bytes of this type. */
    public void answer(int status, String type, byte[] bytes) throws IOException {
        answered = true;
        answerHeader("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            answerHeader("Content-Length", String.valueOf(bytes.length));
        }
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head && bytes.length > 0) {
            // Closed here: what fails then is passed over where the exchange is closed, and the connection counted on.
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(bytes);
            }
        }
    }

    /** Answers with JSON. */
    public void answer(int status, JsonNode json) throws IOException {
        answer(status, "application/json", Json.line(json) + "\n");
    }

    /** Answers with a page. */
    public void answerPage(int status, String html) throws IOException {
        answer(status, "text/html; charset=utf-8", html);
    }

    /** Answers the same question as {@code If-None-Match} asks about: 304 when nothing is new; else gives false. */
    public boolean answeredUnchanged(String tag) throws IOException {
        answerHeader("ETag", tag);
        for (String known : header("If-None-Match").orElse("").split(",")) {
            if (known.strip().equals(tag) || known.strip().equals("*")) {
                answered = true;
                exchange.sendResponseHeaders(304, -1);
                return true;
            }
        }
        return false;
    }

    /** Sends the visitor elsewhere on this console, by GET. */
    public void redirect(String place) throws IOException {
        answerHeader("Location", place);
        answer(303, "text/plain; charset=utf-8", NOTHING);
    }

    /** Answers with a stream of unknown length, to be written and flushed as things happen. */
    public OutputStream answerStream(String type) throws IOException {
        answered = true;
        answerHeader("Content-Type", type);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    /** Whether an answer has begun. */
    boolean isAnswered() {
        return answered;
    }

    private static Map<String, String> decode(@Nullable String encoded) throws Problem {
        Map<String, String> fields = new LinkedHashMap<>();
        if (encoded == null || encoded.isEmpty()) {
            return fields;
        }
        for (String pair : encoded.split("&")) {
            int equals = pair.indexOf('=');
            try {
                String name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
                String value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                fields.putIfAbsent(name, value.strip());
            } catch (IllegalArgumentException e) {
                throw Problem.badRequest("'" + pair + "' is no field: " + e.getMessage());
            }
            if (fields.size() > PARAMETERS_MAX) {
                throw Problem.badRequest("more than " + PARAMETERS_MAX + " fields");
            }
        }
        return fields;
    }
}
