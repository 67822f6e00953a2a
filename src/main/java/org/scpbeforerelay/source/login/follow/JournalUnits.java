package org.scpbeforerelay.source.login.follow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The units whose lines count, by the names that journald adds to each line. {@code sshd@.service} is a template: its instances
 * (one for each connection, where a socket unit with {@code Accept=yes} starts them) come and go, and stand for it.
 */
final class JournalUnits {
    private final Set<String> names = new TreeSet<>();
    private final Set<Template> templates = new TreeSet<>();

    private record Template(String prefix, String suffix) implements Comparable<Template> {
        boolean has(String unit) {
            return unit.length() > prefix.length() + 1 + suffix.length()
                    && unit.startsWith(prefix + "@")
                    && unit.endsWith(suffix);
        }

        /** The slice in which systemd puts instances (unit_set_default_slice in its core/unit.c). */
        String slice() {
            return "system-" + prefix.replace("\\", "\\x5c").replace("-", "\\x2d") + ".slice";
        }

        @Override
        public int compareTo(Template other) {
            return (prefix + suffix).compareTo(other.prefix + other.suffix);
        }
    }

    JournalUnits(Collection<String> units) {
        for (String unit : units) {
            int at = unit.indexOf('@');
            if (at > 0 && unit.startsWith("@.", at)) {
                templates.add(new Template(unit.substring(0, at), unit.substring(at + 1)));
            } else {
                names.add(unit);
            }
        }
    }

    /** Whether a line of this unit counts. */
    boolean have(String unit) {
        return names.contains(unit) || templates.stream().anyMatch(template -> template.has(unit));
    }

    /** What journalctl is to search for; a bit more than {@link #have} takes, since it knows no patterns of what comes yet. */
    List<String> matches() {
        List<String> matches = new ArrayList<>();
        // Matches of one field are alternatives, those of several hold together, a plus
        // between them is an or. --unit would add what others say of a unit.
        names.forEach(name -> matches.add("_SYSTEMD_UNIT=" + name));
        if (!names.isEmpty() && !templates.isEmpty()) {
            matches.add("+");
        }
        templates.forEach(template -> matches.add("_SYSTEMD_SLICE=" + template.slice()));
        return matches;
    }
}
