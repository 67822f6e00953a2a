package org.scpbeforerelay.console.follow;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.RecordTail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The events of the last week, as many as there is room for: what has happened since the start, and before it, once somebody looks, what the
 * end of the record says. Any thread.
 */
public final class Past {
    /** Some 2 MB. */
    public static final int EVENTS_MAX = 8192;

    public static final long REACH_MS = 7 * 86_400_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Past.class);
    private static final long RECORD_BYTES_MAX = 4L << 20;

    private final long startedAtMs;
    private final Deque<PastEvent> events = new ArrayDeque<>();

    // Not the lock of the events: reading takes a while, and the
    // registry's thread, which adds them, must not wait for it.
    private final Object reading = new Object();
    private boolean isRecordRead;

    /** Empty as yet; what the record has of the time before {@code startedAtMs} is not known otherwise. */
    Past(long startedAtMs) {
        this.startedAtMs = startedAtMs;
    }

    synchronized void add(PastEvent event) {
        events.addLast(event);
        if (events.size() > EVENTS_MAX) {
            events.removeFirst();
        }
    }

    /** All of them, the oldest first, from this time on. */
    public List<PastEvent> since(long fromMs, RecordTail record) {
        synchronized (reading) {
            if (!isRecordRead) {
                isRecordRead = true;
                putBefore(readRecord(record));
            }
        }
        return since(fromMs);
    }

    private synchronized List<PastEvent> since(long fromMs) {
        List<PastEvent> wanted = new ArrayList<>();
        for (PastEvent event : events) {
            if (event.atMs() >= fromMs) {
                wanted.add(event);
            }
        }
        return wanted;
    }

    /** The newest first, as many as there is room for. */
    private synchronized void putBefore(List<PastEvent> recorded) {
        for (PastEvent event : recorded) {
            if (events.size() < EVENTS_MAX) {
                events.addFirst(event);
            }
        }
    }

    /** The newest first. */
    private List<PastEvent> readRecord(RecordTail record) {
        List<PastEvent> recorded = new ArrayList<>();
        try {
            RecordTail.Page page = record.read(
                    new HistoryReader.Wanted(null, null, startedAtMs - REACH_MS), "", "", EVENTS_MAX, RECORD_BYTES_MAX);
            for (JsonNode line : page.lines()) {
                PastEvent event = PastEvent.of(line);
                // What has happened since the start is here already.
                if (event != null && event.kind().isOfLeases() && event.atMs() < startedAtMs) {
                    recorded.add(event);
                }
            }
        } catch (IOException e) {
            LOG.warn("console: the record cannot be read, timelines begin at the start: {}", e.getMessage());
        }
        return recorded;
    }
}
