package org.scpbeforerelay.source.drop;

import java.util.List;

/**
 * How the drop directories fare.
 *
 * @param directories how many are read: they match, and their owners are users
 * @param watched how many of them tell at once of a change; the others are found by the rescan
 * @param files how many files in them have a name that announces
 * @param announced how many announcements were made since the start
 * @param refused how many files were refused since the start, here or by the rules
 * @param troubles what the operator should mend, a sentence each; the first few
 */
public record DropHealth(int directories, int watched, int files, long announced, long refused, List<String> troubles) {
    public DropHealth {
        troubles = List.copyOf(troubles);
    }
}
