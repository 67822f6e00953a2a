package org.scpbeforerelay.history;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the record from its end, the newest line first, a page at a time: what people want to see, at a cost that does not grow
 * with the record.
 */
public final class RecordTail {
    private static final Pattern PLACE = Pattern.compile("(\\d{8}T\\d{9}\\.jsonl):(\\d{1,18})");

    private final RecordFiles files;

    public RecordTail(Path folder) {
        this.files = new RecordFiles(folder);
    }

    /**
     * So much of the record.
     *
     * @param lines the newest first
     * @param next where the next page begins; null when there is none. There may be one without a single line in it
     */
    public record Page(List<JsonNode> lines, @Nullable String next) {}

    /**
     * Reads a page.
     *
     * @param text what a line must have in it, in any case; empty for all
     * @param from {@link Page#next} of the page before; empty for the first
     * @param linesMax how many lines at the most
     * @param bytesMax how much of the record is looked through at the most
     * @throws IllegalArgumentException when {@code from} is no place in the record
     */
    public Page read(HistoryReader.Wanted wanted, String text, String from, int linesMax, long bytesMax)
            throws IOException {
        Matcher place = PLACE.matcher(from);
        if (!from.isEmpty() && !place.matches()) {
            throw new IllegalArgumentException("'" + from + "' is no place in the record");
        }
        String user = wanted.user();
        Search search = new Search(
                wanted, text.toLowerCase(Locale.ROOT), user == null ? "" : "\"" + user + "\"", linesMax, bytesMax);
        List<Path> all = files.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            Path file = all.get(i);
            String name = file.getFileName().toString();
            boolean passed = !from.isEmpty() && name.compareTo(place.group(1)) > 0;
            boolean older = i + 1 < all.size() && RecordFiles.beginMs(all.get(i + 1)) <= wanted.sinceMs();
            if (older) {
                break;
            }
            if (!passed) {
                long before = !from.isEmpty() && name.equals(place.group(1))
                        ? Long.parseLong(place.group(2))
                        : Long.MAX_VALUE;
                long stopped = search.through(file, before);
                if (stopped >= 0) {
                    return new Page(search.found, name + ":" + stopped);
                }
            }
        }
        return new Page(search.found, null);
    }

    /** One search through the files, the newest first. */
    private static final class Search {
        private final HistoryReader.Wanted wanted;
        private final String text;
        private final String user;
        private final int linesMax;
        private final List<JsonNode> found = new ArrayList<>();
        private long bytesLeft;

        Search(HistoryReader.Wanted wanted, String text, String user, int linesMax, long bytesMax) {
            this.wanted = wanted;
            this.text = text;
            this.user = user;
            this.linesMax = linesMax;
            this.bytesLeft = bytesMax;
        }

        /** Goes through what lies before this place; gives where it stopped because it had enough, or -1. */
        long through(Path file, long before) throws IOException {
            try (LinesBackwards lines = new LinesBackwards(file, before)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    bytesLeft -= line.length();
                    take(line);
                    if (lines.place() > 0 && (found.size() == linesMax || bytesLeft <= 0)) {
                        return lines.place();
                    }
                }
                return found.size() == linesMax || bytesLeft <= 0 ? 0 : -1;
            } catch (NoSuchFileException e) {
                return -1; // it was too old, and was deleted meanwhile
            }
        }

        private void take(String line) {
            // Most lines are of others: they are not even parsed.
            if (line.contains(user)
                    && (text.isEmpty() || line.toLowerCase(Locale.ROOT).contains(text))) {
                JsonNode read = HistoryReader.readLine(line);
                if (read != null && wanted.fits(read)) {
                    found.add(read);
                }
            }
        }
    }
}
