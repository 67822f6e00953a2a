package org.scpbeforerelay.postfix;

import java.util.List;

/**
 * What to change so that Postfix asks.
 *
 * @param refusal why nothing can be planned; empty when something can
 * @param changes one for each place, empty when all is as it should be
 * @param mainCf main.cf as it will be
 * @param masterCf master.cf as it will be
 */
public record Plan(String refusal, List<Change> changes, String mainCf, String masterCf) {
    /**
     * One edit.
     *
     * @param where the parameter
     * @param why in a sentence
     */
    public record Change(String where, String why) {}

    public Plan {
        changes = List.copyOf(changes);
    }

    public boolean isRefused() {
        return !refusal.isEmpty();
    }
}
