package org.scpbeforerelay.sink.history;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.sink.history.RelayCounts.Place;
import org.scpbeforerelay.sink.history.RelayCounts.Relayed;
import org.scpbeforerelay.sink.history.RelayCounts.Standing;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the leases that stand have relayed, over a restart: the file {@code relayed}, a JSON line each, written anew as a whole and renamed
 * into place. Beside the record, and no part of it.
 */
final class RelayCountsFile {
    private final Path file;

    RelayCountsFile(Path folder) {
        this.file = folder.resolve("relayed");
    }

    void write(List<Standing> counts) throws IOException {
        Path fresh = file.resolveSibling("relayed.new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        try (BufferedWriter lines = Files.newBufferedWriter(fresh)) {
            for (Standing count : counts) {
                lines.append(Json.line(line(count))).append('\n');
            }
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** None where there is no file; a line that is none is passed over. */
    List<Standing> read() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Standing> counts = new ArrayList<>();
        for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
            Standing count = count(line);
            if (count != null) {
                counts.add(count);
            }
        }
        return counts;
    }

    private static ObjectNode line(Standing count) {
        LeaseKey key = count.place().key();
        ObjectNode line = Json.object()
                .put("who", key.principal().toString())
                .put("family", key.family().text())
                .put("address", count.place().address().toString())
                .put("granted_at_ms", count.grantedAtMs())
                .put("messages", count.relayed().messages())
                .put("recipients", count.relayed().recipients());
        if (key.loginAddress() != null) {
            line.put("login", true);
        }
        return line;
    }

    private static @Nullable Standing count(String text) {
        try {
            JsonNode line = Json.read(text);
            ClientAddress address =
                    ClientAddress.tryParse(line.path("address").asString("")).orElse(null);
            if (address == null || !line.path("granted_at_ms").isNumber()) {
                return null;
            }
            LeaseKey key = new LeaseKey(
                    Principal.parse(line.path("who").asString("")),
                    AddressFamily.of(line.path("family").asString("")),
                    line.has("login") ? address : null);
            return new Standing(
                    new Place(key, address),
                    line.path("granted_at_ms").asLong(),
                    new Relayed(
                            line.path("messages").asLong(),
                            line.path("recipients").asLong()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
