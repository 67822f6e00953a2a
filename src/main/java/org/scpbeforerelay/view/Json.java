package org.scpbeforerelay.view;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The one JSON mapper, and how times are written. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** A text as a value. */
    public static JsonNode text(String text) {
        return MAPPER.getNodeFactory().stringNode(text);
    }

    /** One line. */
    public static String line(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /** Indented, for people who ask for JSON on a terminal. */
    public static String pretty(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /** Reads one value; {@link IllegalArgumentException} says why not. */
    public static JsonNode read(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** RFC 3339, UTC, to the millisecond where there is one. */
    public static String time(long wallMs) {
        return Instant.ofEpochMilli(wallMs).toString();
    }

    /** RFC 3339, UTC, whole seconds, rounded down: for people, and never later than the truth. */
    public static String second(long wallMs) {
        return Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
