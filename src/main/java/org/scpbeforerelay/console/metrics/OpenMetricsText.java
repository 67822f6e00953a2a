package org.scpbeforerelay.console.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scpbeforerelay.clock.Timings;

/**
 * The text format of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/): for each family its TYPE and HELP, then its
 * samples together, {@code # EOF} last. Families come in the order in which they were first given.
 */
public final class OpenMetricsText implements Figures {
    /** Of the answer. */
    public static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static final String PREFIX = "scp_before_relay_";

    private final Map<String, StringBuilder> families = new LinkedHashMap<>();

    @Override
    public void counter(String name, String help, long value, String... labels) {
        sample(family(name, "counter", help), name + "_total", (double) value, labels);
    }

    @Override
    public void gauge(String name, String help, double value, String... labels) {
        sample(family(name, "gauge", help), name, value, labels);
    }

    @Override
    public void info(String name, String help, String... labels) {
        sample(family(name, "info", help), name + "_info", 1, labels);
    }

    @Override
    public void timings(String name, String help, Timings.Reading reading, String... labels) {
        StringBuilder family = family(name, "histogram", help);
        for (int i = 0; i < reading.cumulative().length; i++) {
            String bound = i < reading.boundsSeconds().length ? Double.toString(reading.boundsSeconds()[i]) : "+Inf";
            sample(family, name + "_bucket", (double) reading.cumulative()[i], and(labels, "le", bound));
        }
        sample(family, name + "_count", (double) reading.count(), labels);
        sample(family, name + "_sum", reading.sumSeconds(), labels);
    }

    /** All that was given. */
    public String text() {
        StringBuilder text = new StringBuilder();
        families.values().forEach(text::append);
        return text.append("# EOF\n").toString();
    }

    private StringBuilder family(String name, String type, String help) {
        return families.computeIfAbsent(name, first -> {
            StringBuilder head = new StringBuilder("# TYPE " + PREFIX + name + " " + type + "\n");
            if (name.endsWith("_seconds")) {
                head.append("# UNIT " + PREFIX + name + " seconds\n");
            } else if (name.endsWith("_bytes")) {
                head.append("# UNIT " + PREFIX + name + " bytes\n");
            }
            return head.append("# HELP " + PREFIX + name + " " + escaped(help) + "\n");
        });
    }

    private static void sample(StringBuilder family, String name, double value, String... labels) {
        family.append(PREFIX).append(name);
        for (int i = 0; i < labels.length; i += 2) {
            family.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(escaped(labels[i + 1]))
                    .append('"');
        }
        family.append(labels.length > 0 ? "} " : " ").append(number(value)).append('\n');
    }

    private static String[] and(String[] labels, String name, String value) {
        String[] more = java.util.Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = name;
        more[labels.length + 1] = value;
        return more;
    }

    private static String number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
