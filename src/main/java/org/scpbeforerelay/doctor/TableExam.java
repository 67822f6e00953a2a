package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.sink.table.PostfixTypes;
import org.scpbeforerelay.sink.table.TableException;
import org.scpbeforerelay.sink.table.TableTools;

/** Looks whether this host's Postfix can read the tables of the settings, and whether it could ask instead. */
public final class TableExam {
    private static final Set<Settings.Table.Type> OF_POSTFIX =
            Set.of(Settings.Table.Type.LMDB, Settings.Table.Type.HASH, Settings.Table.Type.CDB);

    private TableExam() {}

    /** Nothing where there are no tables. */
    public static List<Finding> examine(Settings settings) {
        List<Settings.Table> tables = settings.tables().stream()
                .filter(table -> OF_POSTFIX.contains(table.type()))
                .toList();
        if (tables.isEmpty()) {
            return List.of();
        }
        Set<String> types;
        try {
            types = types();
        } catch (TableException | IOException e) {
            return List.of(Finding.problem(
                    "the types of tables that Postfix can read are not known: " + e.getMessage(),
                    "postconf -m",
                    "the tables of the settings cannot be written without Postfix's own programs",
                    "install Postfix, or take [[table]] out of the settings"));
        }
        List<Finding> findings = new ArrayList<>();
        for (Settings.Table table : tables) {
            findings.add(examine(table, types));
        }
        String live = types.contains("socketmap") ? "check_policy_service or socketmap" : "check_policy_service";
        findings.add(Finding.advice(
                "Postfix can ask instead of reading a table: " + live,
                "main.cf",
                "an answer ends with its lease, in open mail connections too, and a dead daemon stops no ordinary mail",
                "docs/lookup-protocols.md"));
        return findings;
    }

    private static Finding examine(Settings.Table table, Set<String> types) {
        String type = table.type().name().toLowerCase(Locale.ROOT);
        String name = type + ":" + table.name();
        if (!types.contains(type)) {
            return Finding.problem(
                    "this Postfix has no " + type + " tables; it has "
                            + String.join(" ", types.stream().sorted().toList()),
                    name,
                    "every mail would be answered 451 as soon as main.cf names the table",
                    types.contains("lmdb") ? "write type = \"lmdb\"" : "apt-get install postfix-" + type);
        }
        if (table.type() == Settings.Table.Type.LMDB || !types.contains("lmdb")) {
            return Finding.good("this Postfix reads " + type + " tables", name);
        }
        return Finding.advice(
                "a " + type + " table is seen by new mail connections only",
                name,
                "a client whose lease has ended may relay until it disconnects",
                "write type = \"lmdb\", which this Postfix has");
    }

    private static Set<String> types() throws TableException, IOException {
        Path output = Files.createTempFile("scp-before-relay-", ".types");
        try {
            return PostfixTypes.supported(TableTools.ofPath(), output);
        } finally {
            Files.delete(output);
        }
    }
}
