package org.scpbeforerelay.cli;

import java.util.Iterator;
import java.util.List;

/** The values that an option or an argument may have, for completion: a list of one class each, as picocli wants it. */
abstract class Choices implements Iterable<String> {
    private final List<String> values;

    private Choices(String... values) {
        this.values = List.of(values);
    }

    @Override
    public Iterator<String> iterator() {
        return values.iterator();
    }

    /** Of {@code serve --log}. */
    static final class LogForms extends Choices {
        LogForms() {
            super("text", "json");
        }
    }

    /** Of {@code user add --prefix6}. */
    static final class Prefixes6 extends Choices {
        Prefixes6() {
            super("128", "64");
        }
    }
}
