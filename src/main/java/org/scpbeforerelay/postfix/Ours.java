package org.scpbeforerelay.postfix;

import java.util.List;
import java.util.Set;

/**
 * How this program is asked, as its settings have it: what of a restriction list is ours.
 *
 * @param sockets absolute paths of unix sockets on which it answers
 * @param endpoints {@code 127.0.0.1:10040} and the like
 * @param tables {@code lmdb:/var/lib/scp-before-relay/tables/relay-clients} and the like
 */
public record Ours(Set<String> sockets, List<String> endpoints, List<String> tables) {
    /** In every restriction that this program writes, and in no other. */
    static final String CONTEXT = "scp";

    /** The same where Postfix asks a second time for one recipient. */
    static final String SECOND_CONTEXT = "scp-recipient";

    /** The socket in the queue directory, as main.cf names it. */
    public static final String SOCKET = "scp/policy";

    public Ours {
        sockets = Set.copyOf(sockets);
        endpoints = List.copyOf(endpoints);
        tables = List.copyOf(tables);
    }

    /** Whether a restriction asks this program. */
    boolean isAskedBy(Restriction one, String queueDirectory) {
        if (one.isPolicy()) {
            String context = one.attribute("policy_context").orElse("");
            return context.equals(CONTEXT) || context.equals(SECOND_CONTEXT) || answersAt(one.server(), queueDirectory);
        }
        return one.isTable() && isOurTable(one.argument(), queueDirectory);
    }

    /** Whether the daemon answers there by its settings: {@code unix:scp/policy}, {@code inet:127.0.0.1:10040}. */
    boolean answersAt(String server, String queueDirectory) {
        if (server.startsWith("unix:")) {
            String path = server.substring("unix:".length());
            return sockets.contains(path.startsWith("/") ? path : queueDirectory + "/" + path);
        }
        String address = server.replaceFirst("^inet:", "").replaceFirst("^localhost:", "127.0.0.1:");
        return endpoints.contains(address) || endpoints.contains(address.replaceFirst("^127\\.0\\.0\\.1:", "0.0.0.0:"));
    }

    boolean isOurTable(String table, String queueDirectory) {
        String plain = table.replaceFirst("^proxy:", "");
        if (plain.startsWith("socketmap:")) {
            int name = plain.lastIndexOf(':');
            return answersAt(
                    plain.substring("socketmap:".length(), Math.max("socketmap:".length(), name)), queueDirectory);
        }
        return plain.startsWith("tcp:")
                ? answersAt(plain.substring("tcp:".length()), queueDirectory)
                : tables.contains(plain);
    }
}
