package org.scpbeforerelay.sink.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Which kinds of tables this host's Postfix can read: {@code postconf -m}. None may be taken for granted: hash went with 3.11. */
public final class PostfixTypes {
    private PostfixTypes() {}

    /**
     * The kinds by name.
     *
     * @param output a file to write to
     */
    public static Set<String> supported(TableTools tools, Path output) throws TableException {
        List<String> arguments = List.of("-m");
        ToolRun.Result result = ToolRun.run(tools.postconf(), arguments, Path.of("/dev/null"), output, tools.limit());
        if (result.exit() != 0) {
            throw ToolRun.failure(tools.postconf(), arguments, result);
        }
        return Set.of(result.said().strip().split("\\s+"));
    }

    /** What to do when this type's table cannot be written because Postfix does not know the type; empty otherwise. */
    static String remedy(TableType type, TableTools tools, TableFiles files) {
        if (type != TableType.LMDB && type != TableType.HASH && type != TableType.CDB) {
            return "";
        }
        try {
            Set<String> supported = supported(tools, files.output());
            return supported.contains(type.word()) ? "" : "; " + advice(type, supported);
        } catch (TableException e) {
            return "";
        }
    }

    private static String advice(TableType type, Set<String> supported) {
        String there = supported.contains("lmdb") ? "lmdb" : supported.contains("cdb") ? "cdb" : "hash";
        return "this Postfix has no " + type.word() + " tables (postconf -m): install "
                + (type == TableType.HASH ? "a Postfix with Berkeley DB" : "postfix-" + type.word())
                + (supported.contains(there) ? ", or write type = \"" + there + "\"" : "");
    }
}
