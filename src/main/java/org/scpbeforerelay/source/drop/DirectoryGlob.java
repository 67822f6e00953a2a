package org.scpbeforerelay.source.drop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One of the settings' directories: {@code /home/*}{@code /tmp}. Whatever comes before the first pattern is the operator's own
 * word; from there on (and in any case for the last component) no symbolic link is followed.
 */
final class DirectoryGlob {
    /** How many directories one pattern may stand for, and how many names are looked at in one place. */
    static final int PLACES_MAX = 100_000;

    private final String base;
    private final List<String> components;

    DirectoryGlob(String absolute) {
        List<String> all = new ArrayList<>();
        for (String component : Kernel.bytes(absolute).split("/")) {
            if (!component.isEmpty() && !component.equals(".")) {
                all.add(component);
            }
        }
        int fixed = 0;
        while (fixed < all.size() - 1 && !ShellPattern.isPattern(all.get(fixed))) {
            fixed++;
        }
        this.base = "/" + String.join("/", all.subList(0, fixed));
        this.components = List.copyOf(all.subList(fixed, all.size()));
    }

    /** The directory in which matching directories, or their parents, appear. */
    String base() {
        return base;
    }

    /**
     * The places that match now. Those whose pattern ends in plain names are given without a look whether they are there.
     *
     * @param trouble told, in a sentence, of what could not be listed
     */
    List<Place> places(Kernel kernel, Consumer<String> trouble) {
        List<Place> found = new ArrayList<>();
        expand(kernel, new ArrayList<>(), found, trouble);
        return found;
    }

    private void expand(Kernel kernel, List<String> prefix, List<Place> found, Consumer<String> trouble) {
        int depth = prefix.size();
        if (components.subList(depth, components.size()).stream().noneMatch(ShellPattern::isPattern)) {
            List<String> whole = new ArrayList<>(prefix);
            whole.addAll(components.subList(depth, components.size()));
            found.add(new Place(base, whole));
            return;
        }
        for (String name : matching(kernel, new Place(base, prefix), components.get(depth), trouble)) {
            if (found.size() >= PLACES_MAX) {
                trouble.accept(base + ": more than " + PLACES_MAX + " directories match; the others are not watched");
                return;
            }
            prefix.add(name);
            expand(kernel, prefix, found, trouble);
            prefix.removeLast();
        }
    }

    private static List<String> matching(Kernel kernel, Place parent, String component, Consumer<String> trouble) {
        if (!ShellPattern.isPattern(component)) {
            return List.of(component);
        }
        try {
            int directory = parent.open(kernel);
            try {
                ShellPattern pattern = new ShellPattern(component);
                return kernel.names(directory, PLACES_MAX).stream()
                        .filter(pattern::matches)
                        .sorted()
                        .toList();
            } finally {
                kernel.close(directory);
            }
        } catch (KernelException e) {
            // A home that is not there or is a file is no trouble; one that may not be looked into is.
            boolean expected = e.isAbsent() && !parent.below().isEmpty()
                    || e.errno() == KernelException.ENOTDIR
                    || e.errno() == KernelException.ELOOP;
            if (!expected) {
                trouble.accept(parent + " cannot be listed (" + e.getMessage() + ")");
            }
            return List.of();
        }
    }
}
