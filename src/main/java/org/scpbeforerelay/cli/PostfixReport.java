package org.scpbeforerelay.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.postfix.MailSetup;
import org.scpbeforerelay.postfix.Plan;
import org.scpbeforerelay.postfix.Remark;
import org.scpbeforerelay.postfix.UnifiedDiff;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code postfix} has to say, for people and for programs: the difference, the reason for each change, what is left alone, what
 * is to be done next.
 */
final class PostfixReport {
    private final Path mainCf;
    private final Path masterCf;
    private final List<String> difference = new ArrayList<>();
    private final List<Plan.Change> changes = new ArrayList<>();
    private final List<Remark> leftAlone = new ArrayList<>();
    private final List<String> next = new ArrayList<>();
    private @Nullable Path copy;

    /** Of the files in Postfix's configuration directory. */
    PostfixReport(Path directory) {
        mainCf = directory.resolve("main.cf");
        masterCf = directory.resolve("master.cf");
    }

    void plan(MailSetup setup, Plan plan) {
        difference.addAll(UnifiedDiff.of(mainCf.toString(), setup.mainCf(), plan.mainCf()));
        difference.addAll(UnifiedDiff.of(masterCf.toString(), setup.masterCf(), plan.masterCf()));
        changes.addAll(plan.changes());
    }

    void leftAlone(List<Remark> remarks) {
        leftAlone.addAll(remarks);
    }

    /** It was written, and this is where the copy of what was there is. */
    void written(Path folder) {
        copy = folder;
    }

    /** A command to run, or a line to write. */
    void next(String step) {
        next.add(step);
    }

    /** {@code {"changed","diff":[…],"changes":[…],"copy","left_alone":[…],"next":[…]}}. */
    ObjectNode json() {
        ObjectNode answer = Json.object().put("changed", copy != null);
        ArrayNode lines = answer.putArray("diff");
        difference.forEach(lines::add);
        ArrayNode reasons = answer.putArray("changes");
        changes.forEach(
                change -> reasons.addObject().put("where", change.where()).put("why", change.why()));
        if (copy != null) {
            answer.put("copy", copy.toString());
        }
        ArrayNode remarks = answer.putArray("left_alone");
        leftAlone.forEach(remark -> remarks.addObject()
                .put("grade", remark.weight().name().toLowerCase(Locale.ROOT))
                .put("what", remark.what())
                .put("where", remark.where())
                .put("why", remark.why())
                .put("remedy", remark.remedy()));
        ArrayNode steps = answer.putArray("next");
        next.forEach(steps::add);
        return answer;
    }

    void print(Terminal terminal) {
        for (String line : difference) {
            terminal.out()
                    .println(
                            line.startsWith("+")
                                    ? terminal.green(line)
                                    : line.startsWith("-") ? terminal.red(line) : line);
        }
        if (!changes.isEmpty()) {
            terminal.out().println(terminal.bold("Why:"));
            changes.forEach(
                    change -> terminal.out().println("  " + terminal.bold(change.where()) + "  " + change.why()));
        }
        if (!leftAlone.isEmpty()) {
            terminal.out().println(terminal.bold("Left alone:"));
            leftAlone.forEach(remark -> print(terminal, remark));
        }
        if (changes.isEmpty()) {
            terminal.out().println(terminal.green("Nothing to change: Postfix asks as it should."));
        } else if (copy != null) {
            terminal.out()
                    .println(terminal.green("Written.") + " What was there is in " + copy + "; --undo gives it back.");
        }
        if (!next.isEmpty()) {
            terminal.out().println("Next:");
            next.forEach(step -> terminal.out().println("  " + step));
        }
    }

    private static void print(Terminal terminal, Remark remark) {
        terminal.out().println("  " + remark.what() + terminal.dim("  (" + remark.where() + ")"));
        terminal.out().println("    why   " + remark.why());
        terminal.out().println("    mend  " + remark.remedy());
    }
}
