package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A Postfix as its own {@code postconf} tells it.
 *
 * @param set what main.cf sets, as written ({@code postconf -n})
 * @param effective every parameter, defaults included and {@code $name} expanded ({@code postconf -x})
 * @param services master.cf
 * @param tableTypes what {@code postconf -m} lists; empty when it is not known
 * @param mainCf the text of main.cf
 * @param masterCf the text of master.cf
 */
public record MailSetup(
        Map<String, String> set,
        Map<String, String> effective,
        List<MailService> services,
        Set<String> tableTypes,
        String mainCf,
        String masterCf) {
    public MailSetup {
        set = Map.copyOf(set);
        effective = Map.copyOf(effective);
        services = List.copyOf(services);
        tableTypes = Set.copyOf(tableTypes);
    }

    /** What the runs of {@code postconf} printed, one text for each. */
    public record Said(
            String mainSet,
            String mainExpanded,
            String master,
            String overrides,
            String overridesExpanded,
            String types) {}

    /** Reads what {@code postconf} printed. */
    public static MailSetup of(Said said, String mainCf, String masterCf) {
        Map<String, Map<String, String>> raw = overrides(said.overrides());
        Map<String, Map<String, String>> expanded = overrides(said.overridesExpanded());
        List<MailService> services = new ArrayList<>();
        for (String line : said.master().lines().toList()) {
            String[] words = line.split("\\s+");
            if (words.length < 8 || line.startsWith(" ")) {
                continue;
            }
            String key = words[0] + "/" + words[1];
            services.add(new MailService(
                    words[0],
                    words[1],
                    words[4].equals("y"),
                    words[7],
                    raw.getOrDefault(key, Map.of()),
                    expanded.getOrDefault(key, Map.of())));
        }
        Set<String> types = new HashSet<>(Arrays.asList(said.types().strip().split("\\s+")));
        types.remove("");
        return new MailSetup(
                parameters(said.mainSet()), parameters(said.mainExpanded()), services, types, mainCf, masterCf);
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            int equals = line.indexOf(" =");
            if (equals > 0) {
                parameters.put(
                        line.substring(0, equals), line.substring(equals + 2).strip());
            }
        }
        return parameters;
    }

    private static Map<String, Map<String, String>> overrides(String text) {
        Map<String, Map<String, String>> services = new HashMap<>();
        parameters(text).forEach((key, value) -> {
            int slash = key.lastIndexOf('/');
            services.computeIfAbsent(key.substring(0, slash), k -> new LinkedHashMap<>())
                    .put(key.substring(slash + 1), value);
        });
        return services;
    }

    /** A parameter's value for everything that does not override it; empty when Postfix does not know it. */
    public String value(String parameter) {
        return effective.getOrDefault(parameter, set.getOrDefault(parameter, ""));
    }

    /** A parameter's value for one service. */
    String value(MailService service, String parameter) {
        String override = service.overrides().get(parameter);
        return override == null ? value(parameter) : override;
    }

    List<MailService> smtpds() {
        return services.stream().filter(MailService::isSmtpd).toList();
    }

    /** Where mail comes in from anywhere; where there is no port 25, every smtpd. */
    List<MailService> mailIn() {
        List<MailService> port25 =
                services.stream().filter(MailService::isPort25).toList();
        return port25.isEmpty() ? smtpds() : port25;
    }

    /** A list of restrictions as one service applies it, restriction classes replaced by what they stand for. */
    List<Restriction> list(MailService service, String parameter) {
        return expanded(value(service, parameter), 0);
    }

    private List<Restriction> expanded(String value, int depth) {
        List<Restriction> list = new ArrayList<>();
        for (Restriction one : Restriction.list(value)) {
            if (depth < 8 && isClass(one.name())) {
                list.addAll(expanded(value(one.name()), depth + 1));
            } else {
                list.add(one);
            }
        }
        return list;
    }

    /** Whether a restriction is the name of a list: {@code smtpd_restriction_classes}. */
    boolean isClass(String name) {
        return Words.of(value("smtpd_restriction_classes")).stream()
                .anyMatch(word -> word.text().equals(name));
    }

    /** {@code 3.7} of {@code 3.7.11} as 307. */
    int version() {
        String[] parts = value("mail_version").split("[.-]");
        try {
            return parts.length < 2 ? 0 : Integer.parseInt(parts[0]) * 100 + Integer.parseInt(parts[1]);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
