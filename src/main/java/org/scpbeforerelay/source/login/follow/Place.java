package org.scpbeforerelay.source.login.follow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a log file has been read.
 *
 * @param file device and inode
 * @param offset the position behind the last line that was read
 * @param print the digest of the bytes just before it: an inode is used again, and a file is emptied and filled again
 */
record Place(FileKey file, long offset, String print) {
    private static final int PRINT_LENGTH = 64;

    /** What makes a file the same file whatever its name. */
    record FileKey(long device, long inode) {
        static final FileKey NONE = new FileKey(0, 0);

        static FileKey of(Path path) throws IOException {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino");
            return new FileKey(
                    ((Number) attributes.getOrDefault("dev", 0L)).longValue(),
                    ((Number) attributes.getOrDefault("ino", 0L)).longValue());
        }
    }

    /** The length of the print at an offset. */
    static int printLength(long offset) {
        return (int) Math.min(PRINT_LENGTH, offset);
    }

    /** The digest of the bytes before {@code offset}; empty when they are not all there. */
    static String printOf(FileChannel channel, long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(printLength(offset));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset - bytes.remaining()) < 0) {
                return "";
            }
        }
        return printOf(bytes.array());
    }

    static String printOf(byte[] bytes) {
        if (bytes.length == 0) {
            return "start";
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the print says anything: at the very start of a file it does not. */
    boolean hasPrint() {
        return offset > 0;
    }

    /** Reads saved places, the oldest file first; null when nothing was ever saved, or it cannot be made out. */
    static @Nullable List<Place> load(Path saved) throws IOException {
        if (!Files.exists(saved)) {
            return null;
        }
        List<Place> places = new ArrayList<>();
        for (String line :
                Files.readString(saved, StandardCharsets.ISO_8859_1).lines().toList()) {
            String[] words = line.split(" ");
            try {
                if (words.length == 5 && words[0].equals("place")) {
                    places.add(new Place(
                            new FileKey(Long.parseLong(words[1]), Long.parseLong(words[2])),
                            Long.parseLong(words[3]),
                            words[4]));
                    continue;
                }
            } catch (NumberFormatException e) {
                return null;
            }
            return null;
        }
        return places.isEmpty() ? null : places;
    }

    static void save(Path saved, List<Place> places) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Place place : places) {
            text.append("place ")
                    .append(place.file.device)
                    .append(' ')
                    .append(place.file.inode)
                    .append(' ')
                    .append(place.offset)
                    .append(' ')
                    .append(place.print)
                    .append('\n');
        }
        SavedText.write(saved, text.toString());
    }
}
