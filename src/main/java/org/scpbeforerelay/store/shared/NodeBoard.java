package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.store.shared.LogEngine.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the hosts of the pool say of themselves, and the engine of itself: every few seconds this host writes its own line and reads
 * all. Filled by the one thread that follows the log, read by any. Nothing here decides anything: where the engine forbids it, the
 * daemon does all it does, and says that it cannot show it.
 */
public final class NodeBoard {
    /** How often it is brought up to date, in milliseconds. */
    static final long EVERY_MS = 5_000;

    /** A host that has been silent for so long is shown as lost. */
    public static final long SILENT_MS = 3 * EVERY_MS + 2_000;

    /** A host that has been silent for so long is taken off. */
    static final long FORGOTTEN_MS = 86_400_000;

    private static final int NODES_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(NodeBoard.class);

    private final String node;
    private final String version;
    private volatile List<NodeStatus> nodes = List.of();
    private volatile @Nullable EngineHealth health;
    private volatile @Nullable String hidden;
    private long atMonotonicMs = Long.MIN_VALUE;

    NodeBoard(String node, String version) {
        this.node = node;
        this.version = version;
    }

    boolean isDue(Moment now) {
        return atMonotonicMs == Long.MIN_VALUE
                || now.monotonicMs() - atMonotonicMs >= EVERY_MS
                || now.monotonicMs() < atMonotonicMs;
    }

    void refresh(Session session, Follower follower, EngineTime time, Moment now, int places) throws EngineException {
        atMonotonicMs = now.monotonicMs();
        long engineMs = time.ms(now);
        try {
            health = session.health();
        } catch (RefusedByEngineException e) {
            health = null;
            LOG.debug("the engine does not say how it fares", e);
        }
        try {
            session.show(
                    node,
                    new NodeStatus(
                                    node,
                                    version,
                                    engineMs,
                                    follower.lagMs(),
                                    time.aheadMs(now),
                                    places,
                                    follower.replays())
                            .text());
            nodes = read(session, engineMs);
            hidden = null;
        } catch (RefusedByEngineException e) {
            nodes = List.of();
            hidden = String.valueOf(e.getMessage()).replaceAll("[^\\x20-\\x7e]", "?");
        }
    }

    private static List<NodeStatus> read(Session session, long engineMs) throws EngineException {
        List<NodeStatus> read = new ArrayList<>();
        for (Map.Entry<String, String> one : session.shown().entrySet()) {
            NodeStatus status = NodeStatus.parse(one.getKey(), one.getValue());
            if (status == null) {
                continue;
            }
            if (status.agoMs(engineMs) > FORGOTTEN_MS) {
                session.takeOff(status.node());
            } else if (read.size() < NODES_MAX) {
                read.add(status);
            }
        }
        read.sort(Comparator.comparing(NodeStatus::node));
        return List.copyOf(read);
    }

    /** This host's name in the log. */
    public String node() {
        return node;
    }

    /** All hosts that said something within a day, by name; as of the last time that the engine was there. */
    public List<NodeStatus> nodes() {
        return nodes;
    }

    /** What the engine said last; null where it may not be asked (INFO) or was never reached. */
    public @Nullable EngineHealth health() {
        return health;
    }

    /** Why hosts cannot be shown; null while they can. */
    public @Nullable String hidden() {
        return hidden;
    }
}
