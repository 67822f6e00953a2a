package org.scpbeforerelay.console.page;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The parts of the daemon and how each fares, from what {@code status} says; the remedy is in the words of the problem. */
final class Parts {
    private final JsonNode status;

    Parts(JsonNode status) {
        this.status = status;
    }

    /** What is wrong, a sentence each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        status.path("problems").forEach(each -> problems.add(each.asString()));
        return problems;
    }

    /** Draws all parts. */
    void draw(Html html) {
        html.raw("<dl class=\"card parts\">");
        add(html, "Lease store", status.path("store").asString(), "announcements are refused", "the store", "store");
        shared(html);
        String ssh = listening("ssh");
        add(html, "SSH endpoint", ssh.isEmpty() ? "off: [ssh] listen is empty" : ssh, "ssh");
        String lookup = listening("lookup");
        add(html, "Lookups of mail servers", lookup.isEmpty() ? "off: [lookup] listen is empty" : lookup, "lookup");
        drop(html);
        status.path("login_log")
                .forEach(log -> add(
                        html,
                        "Login log: " + log.path("service").asString(),
                        Said.count(log.path("logins").asLong(), "login", "logins") + ", "
                                + Said.count(log.path("not_understood").asLong(), "line", "lines") + " not understood",
                        "login log, " + log.path("service").asString() + ":"));
        status.path("tables")
                .forEach(table -> add(
                        html,
                        "Table",
                        table.path("table").asString() + ": "
                                + Said.count(table.path("rows").asLong(), "row", "rows") + ", "
                                + (table.has("published_at")
                                        ? "published "
                                                + Said.plainTime(table.path("published_at")
                                                        .asString())
                                        : "not yet published"),
                        "table " + table.path("table").asString()));
        status.path("hooks")
                .forEach(hook -> add(
                        html,
                        "Hook",
                        hook.path("run").asString() + ": "
                                + Said.count(hook.path("runs").asLong(), "run", "runs") + ", "
                                + hook.path("failures").asLong() + " failed, "
                                + hook.path("waiting").asLong() + " waiting",
                        "hook "));
        add(
                html,
                "Record",
                Said.count(status.path("history").path("written").asLong(), "line", "lines") + " since the start",
                "the record");
        html.raw("</dl>");
    }

    /** The engine and the hosts of a pool, where there is one. */
    private void shared(Html html) {
        JsonNode shared = status.path("shared");
        JsonNode engine = shared.path("engine");
        if (shared.isMissingNode()) {
            return;
        }
        String since = Said.plainTime(engine.path("since").asString());
        boolean connected = engine.path("connected").asBoolean(false);
        StringBuilder how = new StringBuilder(engine.path("where").asString())
                .append(connected ? ", " + engine.path("product").asString("") + ", connected since " : ", away since ")
                .append(since);
        engine.path("findings")
                .forEach(finding -> how.append(". ")
                        .append(finding.path("what").asString())
                        .append("; mend it: ")
                        .append(finding.path("remedy").asString()));
        add(html, "Shared store", how.toString(), "the shared store", "this relay host's clock");
        for (JsonNode node : shared.path("nodes")) {
            boolean silent = node.path("silent").asBoolean(false);
            long ahead = node.path("clock_ahead_ms").asLong();
            String where =
                    "Host " + node.path("node").asString() + (node.path("this").asBoolean(false) ? " (this)" : "");
            String fares = silent
                    ? "silent since " + Said.plainTime(node.path("seen_at").asString())
                            + ": it is down, or cannot reach the shared store"
                    : "version " + node.path("version").asString() + ", "
                            + node.path("lag_ms").asLong()
                            + " ms behind, clock " + (ahead < 0 ? "" : "+") + ahead + " ms, seen "
                            + node.path("seen_seconds_ago").asLong() + " s ago";
            part(html, where, fares, silent ? "bad" : "good");
        }
        if (shared.has("nodes_hidden")) {
            part(html, "Other hosts", shared.path("nodes_hidden").asString(), "none");
        }
    }

    private void drop(Html html) {
        JsonNode drop = status.path("drop");
        if (!drop.isMissingNode()) {
            add(
                    html,
                    "Drop directories",
                    Said.count(drop.path("directories").asLong(), "directory", "directories") + ", "
                            + drop.path("announced").asLong() + " announced, "
                            + drop.path("refused").asLong() + " refused",
                    "drop:");
        }
    }

    /** Where something listens; empty when it does not. */
    String listening(String what) {
        StringBuilder where = new StringBuilder();
        for (JsonNode each : status.path("listening")) {
            if (each.path("what").asString().equals(what)) {
                where.append(where.isEmpty() ? "" : ", ")
                        .append(each.path("where").asString());
            }
        }
        return where.toString();
    }

    private void add(Html html, String name, String how, String... beginsOfProblems) {
        String problem = "";
        for (String each : problems()) {
            for (String begin : beginsOfProblems) {
                problem = each.startsWith(begin) ? each : problem;
            }
        }
        boolean off = how.startsWith("off:");
        part(html, name, problem.isEmpty() ? how : problem, !problem.isEmpty() ? "bad" : off ? "none" : "good");
    }

    private static void part(Html html, String name, String how, String dot) {
        html.raw("<div><dt><span class=\"dot ")
                .raw(dot)
                .raw("\"></span>")
                .text(name)
                .raw("<span class=\"unseen\">: ")
                .raw(dot.equals("bad") ? "has a problem" : dot.equals("none") ? "is off" : "is well")
                .raw("</span></dt><dd>")
                .text(how)
                .raw("</dd></div>");
    }
}
