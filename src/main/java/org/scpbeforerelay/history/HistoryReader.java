package org.scpbeforerelay.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;

/** Reads the record, the oldest line first, also while it is written. Lines that a crash has cut are passed over and counted. */
public final class HistoryReader {
    private static final JsonNode NOT_READ = Json.object();

    private final RecordFiles files;
    private long cut;

    public HistoryReader(Path folder) {
        this.files = new RecordFiles(folder);
    }

    /**
     * Which lines are wanted.
     *
     * @param user of this user only; null for all
     * @param address whose lease covers it, or who announced it or came from it; null for all
     * @param sinceMs from this instant of the wall clock on
     */
    public record Wanted(@Nullable String user, @Nullable ClientAddress address, long sinceMs) {
        boolean fits(JsonNode line) {
            return (user == null || user.equals(line.path("user").asString("")))
                    && (address == null || concerns(line, address))
                    && atMs(line) >= sinceMs;
        }

        private static boolean concerns(JsonNode line, ClientAddress address) {
            return covers(line.path("address").asString(""), address)
                    || covers(line.path("from").asString(""), address)
                    || covers(line.path("client").asString(""), address)
                    || line.path("claimed").valueStream().anyMatch(each -> covers(each.asString(""), address));
        }

        private static boolean covers(String text, ClientAddress address) {
            try {
                return text.contains("/")
                        ? Network.parse(text).contains(address)
                        : ClientAddress.tryParse(text).filter(address::equals).isPresent();
            } catch (AddressSyntaxException e) {
                return false;
            }
        }
    }

    /** Gives every wanted line. */
    public void read(Wanted wanted, Consumer<JsonNode> each) throws IOException {
        List<Path> all = files.all();
        for (int i = 0; i < all.size(); i++) {
            boolean older = i + 1 < all.size() && RecordFiles.beginMs(all.get(i + 1)) <= wanted.sinceMs;
            if (!older) {
                read(all.get(i), line -> true, line -> {
                    if (wanted.fits(line)) {
                        each.accept(line);
                    }
                });
            }
        }
    }

    /** Gives every line in which one of these texts stands, and none of the others is read more closely: for a long record. */
    public void readContaining(List<String> texts, Consumer<JsonNode> each) throws IOException {
        for (Path file : files.all()) {
            read(file, line -> texts.stream().anyMatch(line::contains), each);
        }
    }

    /** When the record begins; empty when there is none. */
    public Optional<Instant> begin() throws IOException {
        List<Path> all = files.all();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(RecordFiles.beginMs(all.getFirst())));
    }

    /** How many lines could not be read. */
    public long cut() {
        return cut;
    }

    private void read(Path file, Predicate<String> worthReading, Consumer<JsonNode> each) throws IOException {
        // Not Files.newBufferedReader: what a crash has cut within a
        // letter is to be passed over, not to end the reading.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode read = worthReading.test(line) ? readLine(line) : NOT_READ;
                if (read == null) {
                    cut++;
                } else if (read != NOT_READ) {
                    each.accept(read);
                }
            }
        } catch (NoSuchFileException e) {
            // It was too old, and was deleted meanwhile.
        }
    }

    static @Nullable JsonNode readLine(String line) {
        try {
            JsonNode read = Json.read(line);
            return read.isObject() && atMs(read) != Long.MIN_VALUE ? read : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static long atMs(JsonNode line) {
        try {
            return Instant.parse(line.path("at").asString("")).toEpochMilli();
        } catch (DateTimeParseException e) {
            return Long.MIN_VALUE;
        }
    }
}
