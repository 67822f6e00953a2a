package org.scpbeforerelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.lease.UserName;
import org.tomlj.Toml;
import org.tomlj.TomlTable;

/** Holds docs/settings.md and docs/scp-before-relay.toml against what is read. */
final class ReferenceTest {
    private static final Path DOCS = Path.of(System.getProperty("project.root", ""), "docs");
    private static final Path EXAMPLE = DOCS.resolve("scp-before-relay.toml");
    private static final Pattern HEADING = Pattern.compile("## `([^`]+)`");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9_]+)` \\| (`.*?`|must be given|.*?) \\| .*");

    @Test
    void exampleIsTheDefaults() throws Exception {
        assertThat(SettingsFile.read(EXAMPLE)).isEqualTo(Settings.DEFAULTS);
    }

    @Test
    void exampleWritesEverySettingOut() throws IOException {
        TomlTable example = Toml.parse(uncommented(Files.readString(EXAMPLE)));
        SettingsFile.keys().forEach((header, keys) -> {
            TomlTable table = header.startsWith("[[")
                    ? Objects.requireNonNull(example.getArray(List.of(bare(header))))
                            .getTable(0)
                    : header.isEmpty() ? example : example.getTable(List.of(bare(header)));
            assertThat(Objects.requireNonNull(table).keySet()).as(header).containsExactlyInAnyOrderElementsOf(keys);
        });
    }

    @Test
    void referenceHasEveryKeyAndNoOther() throws IOException {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        SettingsFile.keys().forEach((header, keys) -> {
            if (!header.isEmpty()) {
                expected.put(header, List.copyOf(keys));
            }
        });
        expected.put("users/NAME.toml", List.copyOf(UserReader.keys()));
        Map<String, Map<String, String>> reference = reference();
        assertThat(reference.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach(
                (header, keys) -> assertThat(reference.get(header)).as(header).containsOnlyKeys(keys));
    }

    @Test
    void referenceTellsTheDefaultsOfTheExample() throws IOException {
        TomlTable example = Toml.parse(Files.readString(EXAMPLE));
        reference().forEach((header, defaults) -> {
            TomlTable table = header.startsWith("[") ? example.getTable(List.of(bare(header))) : null;
            if (table != null) {
                assertThat(Toml.equals(Toml.parse(asToml(defaults)), table))
                        .as("the defaults of %s: %s and %s", header, defaults, table.toToml())
                        .isTrue();
            }
        });
    }

    @Test
    void referenceTellsTheDefaultsOfAUser() throws Exception {
        Map<String, String> defaults = Objects.requireNonNull(reference().get("users/NAME.toml"));
        defaults.remove("term");
        assertThat(user(asToml(defaults))).isEqualTo(user(""));
    }

    /** The records are what the program goes by: every part of them comes from a key. */
    @Test
    void everyPartOfTheRecordsIsAKey() {
        Map<String, Class<?>> records = Map.ofEntries(
                Map.entry("[lease]", Settings.Lease.class),
                Map.entry("[ssh]", Settings.Ssh.class),
                Map.entry("[drop]", Settings.Drop.class),
                Map.entry("[login_log]", Settings.LoginLog.class),
                Map.entry("[lookup]", Settings.Lookup.class),
                Map.entry("[[table]]", Settings.Table.class),
                Map.entry("[[hook]]", Settings.Hook.class),
                Map.entry("[store]", Settings.Store.class),
                Map.entry("[history]", Settings.History.class),
                Map.entry("[shared]", Settings.Shared.class),
                Map.entry("[console]", Settings.Console.class));
        assertThat(records).hasSize(Settings.class.getRecordComponents().length);
        records.forEach((header, record) -> assertThat(SettingsFile.keys().get(header))
                .as(header)
                .containsExactlyInAnyOrderElementsOf(components(record)));
        List<String> ofUser = new ArrayList<>(components(UserFile.class));
        ofUser.remove("name");
        assertThat(UserReader.keys()).containsExactlyInAnyOrderElementsOf(ofUser);
    }

    private static List<String> components(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .map(part -> part.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .toList();
    }

    private static UserFile user(String text) {
        Problems problems = new Problems(Path.of("gerard.toml"));
        UserFile user = UserReader.of(
                        text, new UserName("gerard"), Settings.DEFAULTS.lease().maxTerm(), problems)
                .orElseThrow()
                .user();
        assertThat(problems.list()).isEmpty();
        return user;
    }

    /** Key and default, by heading. */
    private static Map<String, Map<String, String>> reference() throws IOException {
        Map<String, Map<String, String>> reference = new LinkedHashMap<>();
        String heading = "";
        try (Stream<String> lines = Files.lines(DOCS.resolve("settings.md"))) {
            for (String line : lines.toList()) {
                Matcher matcher = HEADING.matcher(line);
                Matcher row = ROW.matcher(line);
                if (matcher.matches()) {
                    heading = matcher.group(1);
                    reference.put(heading, new LinkedHashMap<>());
                } else if (!heading.isEmpty() && row.matches()) {
                    Objects.requireNonNull(reference.get(heading)).put(row.group(1), row.group(2));
                }
            }
        }
        return reference;
    }

    private static String asToml(Map<String, String> defaults) {
        StringBuilder text = new StringBuilder();
        defaults.forEach((key, shown) ->
                text.append(key).append(" = ").append(shown.replace("`", "")).append('\n'));
        return text.toString();
    }

    private static String bare(String header) {
        return header.replaceAll("[\\[\\]]", "");
    }

    /** With the parts that the example only shows, {@code # [[table]]} and what follows, as if they were written. */
    private static String uncommented(String text) {
        return text.replaceAll("(?m)^# (\\[\\[|[a-z]+ = )", "$1");
    }
}
