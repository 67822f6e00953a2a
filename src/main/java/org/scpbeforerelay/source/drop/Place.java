package org.scpbeforerelay.source.drop;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a drop directory is.
 *
 * @param base what the operator wrote out, absolute; may lead through symbolic links
 * @param below what follows, none of which may be a symbolic link: users can make those
 */
record Place(String base, List<String> below) {
    Place {
        below = List.copyOf(below);
    }

    /** Opens it; the caller closes it. */
    int open(Kernel kernel) throws KernelException {
        int directory = kernel.openDirectory(base);
        for (String component : below) {
            int inner;
            try {
                inner = kernel.openDirectoryIn(directory, component);
            } finally {
                kernel.close(directory);
            }
            directory = inner;
        }
        return directory;
    }

    /** As people write it; bytes that are no UTF-8 and control characters are shown as question marks. */
    @Override
    public String toString() {
        return Stream.concat(Stream.of(base.equals("/") ? "" : base), below.stream())
                .map(Place::shown)
                .collect(Collectors.joining("/"));
    }

    /** A name made of bytes, safe to show. */
    static String shown(String name) {
        String text = new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(256)
                .forEach(c -> shown.appendCodePoint(
                        Character.isISOControl(c) || c == 0xfffd || Character.getType(c) == Character.FORMAT
                                ? '?'
                                : c));
        return shown.toString();
    }
}
