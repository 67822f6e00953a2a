package org.scpbeforerelay.source.drop;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a rescan found that the operator should mend: kept for the health, and said in the log when it is new. */
final class Troubles {
    private static final int MAX = 16;
    private static final Logger LOG = LoggerFactory.getLogger(DropSource.class);

    private final Set<String> found = new LinkedHashSet<>();
    private Set<String> former = Set.of();

    void add(String sentence) {
        if (found.size() < MAX) {
            found.add(sentence);
        }
    }

    /** Ends a rescan: says what is new, and gives all back. */
    List<String> conclude() {
        List<String> all = List.copyOf(found);
        all.stream().filter(trouble -> !former.contains(trouble)).forEach(trouble -> LOG.warn("drop: {}", trouble));
        former = Set.copyOf(found);
        found.clear();
        return all;
    }
}
