package org.scpbeforerelay.console;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Holds a JSON value against a schema of the API's description: as much of JSON Schema as that uses, and an error for more. */
final class SchemaCheck {
    private static final List<String> UNDERSTOOD = List.of(
            "$ref",
            "type",
            "enum",
            "format",
            "minimum",
            "maximum",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "description",
            "default");

    private final JsonNode description;
    private final List<String> faults = new ArrayList<>();

    SchemaCheck(JsonNode description) {
        this.description = description;
    }

    /** What is wrong with the value, a line each; empty when nothing is. */
    List<String> faults(JsonNode value, JsonNode schema) {
        check(value, schema, "$");
        return faults;
    }

    private void check(JsonNode value, JsonNode schema, String place) {
        if (schema.has("$ref")) {
            check(value, description.at(schema.path("$ref").asString().substring(1)), place);
            return;
        }
        schema.propertyNames().stream()
                .filter(word -> !UNDERSTOOD.contains(word))
                .forEach(word -> faults.add(place + ": the check does not know '" + word + "'"));
        if (schema.has("type") && !isOf(schema.path("type").asString(), value)) {
            faults.add(place + ": " + value + " is no " + schema.path("type").asString());
        }
        if (schema.has("enum") && schema.path("enum").valueStream().noneMatch(value::equals)) {
            faults.add(place + ": " + value + " is none of " + schema.path("enum"));
        }
        if (schema.path("format").asString("").equals("date-time") && !isTime(value)) {
            faults.add(place + ": " + value + " is no time of RFC 3339 in UTC");
        }
        if (schema.has("minimum") && value.asDouble() < schema.path("minimum").asDouble()
                || schema.has("maximum")
                        && value.asDouble() > schema.path("maximum").asDouble()) {
            faults.add(place + ": " + value + " is out of range");
        }
        members(value, schema, place);
    }

    private void members(JsonNode value, JsonNode schema, String place) {
        schema.path("required").forEach(name -> {
            if (!value.has(name.asString())) {
                faults.add(place + ": " + name + " is missing");
            }
        });
        if (value.isArray() && schema.has("items")) {
            for (int i = 0; i < value.size(); i++) {
                check(value.get(i), schema.path("items"), place + "[" + i + "]");
            }
        }
        if (value.isObject()) {
            value.properties().forEach(member -> {
                if (schema.path("properties").has(member.getKey())) {
                    check(
                            member.getValue(),
                            schema.path("properties").path(member.getKey()),
                            place + "." + member.getKey());
                } else if (schema.has("additionalProperties")) {
                    faults.add(place + "." + member.getKey() + " is not described");
                }
            });
        }
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            default -> false;
        };
    }

    private static boolean isTime(JsonNode value) {
        try {
            return value.isString() && value.asString().endsWith("Z") && Instant.parse(value.asString()) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
