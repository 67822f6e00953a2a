package org.scpbeforerelay.store.shared;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is appended to the log at once: records of one writer, as {@link RecordCodec} packs them.
 *
 * @param writer the name of the host's record, which outlives its process: see {@link NodeName}
 * @param epoch the run of the writer's process; a later run has a greater number
 * @param sequence 1 for the first frame of a run, and one more for each
 */
@SuppressWarnings("ArrayRecordComponent") // compared by what is in it; nobody writes to it
public record Frame(String writer, long epoch, long sequence, byte[] records) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Frame frame
                && writer.equals(frame.writer)
                && epoch == frame.epoch
                && sequence == frame.sequence
                && Arrays.equals(records, frame.records);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(records) * 31 + Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return "frame " + sequence + " of " + writer + " (" + records.length + " bytes)";
    }
}
