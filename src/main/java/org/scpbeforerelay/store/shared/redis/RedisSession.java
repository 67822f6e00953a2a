package org.scpbeforerelay.store.shared.redis;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.store.shared.EngineException;
import org.scpbeforerelay.store.shared.EngineHealth;
import org.scpbeforerelay.store.shared.EntryId;
import org.scpbeforerelay.store.shared.Frame;
import org.scpbeforerelay.store.shared.LogEngine;
import org.scpbeforerelay.store.shared.LogEntry;
import org.scpbeforerelay.store.shared.RefusedByEngineException;
import org.scpbeforerelay.store.shared.redis.RedisAddress.Place;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.SafeEncoder;

/** Two connections to one server. */
final class RedisSession implements LogEngine.Session {
    private static final String LOG = "sbr:log";
    private static final String EPOCH = "sbr:epoch";
    private static final String NODES = "sbr:nodes";

    /** How many frames are read at once: at most that many times a thousand records, and a few each as a rule. */
    private static final int FRAMES_MAX = 256;

    private static final int SHOWN_S = 172_800;
    private static final int REPLICAS_WAIT_MS = 200;

    private final Place server;
    private final Connection writing;
    private final Connection reading;

    // As of the last pulse; read by the thread that writes.
    private volatile int replicas;

    RedisSession(Place server, Connection writing, Connection reading) {
        this.server = server;
        this.writing = writing;
        this.reading = reading;
    }

    @Override
    public void append(List<Frame> frames, long trimBeforeMs) throws EngineException {
        try {
            for (Frame frame : frames) {
                writing.sendCommand(new CommandArguments(Command.XADD)
                        .add(LOG)
                        .add("MINID")
                        .add("~")
                        .add(Math.max(0, trimBeforeMs) + "-0")
                        .add("*")
                        .add("w")
                        .add(frame.writer())
                        .add("e")
                        .add(Long.toString(frame.epoch()))
                        .add("s")
                        .add(Long.toString(frame.sequence()))
                        .add("d")
                        .add(frame.records()));
            }
            for (Object answer : writing.getMany(frames.size())) {
                if (answer instanceof JedisDataException refused) {
                    throw refused;
                }
            }
        } catch (JedisException e) {
            throw fault(e);
        }
    }

    @Override
    public int awaitReplicas() throws EngineException {
        int connected = replicas;
        if (connected == 0) {
            return 0;
        }
        try {
            writing.sendCommand(Command.WAIT, Integer.toString(connected), Integer.toString(REPLICAS_WAIT_MS));
            return Math.toIntExact(writing.getIntegerReply());
        } catch (JedisException e) {
            throw fault(e);
        }
    }

    @Override
    public List<LogEntry> read(EntryId after, long waitMs) throws EngineException {
        CommandArguments arguments =
                new CommandArguments(Command.XREAD).add("COUNT").add(FRAMES_MAX);
        if (waitMs > 0) {
            arguments.add("BLOCK").add(Math.min(waitMs, RedisEngine.ANSWER_MAX_MS / 2));
        }
        arguments.add("STREAMS").add(LOG).add(after.toString());
        if (ask(arguments) instanceof List<?> streams && streams.getFirst() instanceof List<?> stream) {
            return entries((List<?>) stream.get(1));
        }
        return List.of();
    }

    @Override
    public List<LogEntry> readBack(EntryId before) throws EngineException {
        return ask(new CommandArguments(Command.XREVRANGE)
                                .add(LOG)
                                .add("(" + before)
                                .add("-")
                                .add("COUNT")
                                .add(FRAMES_MAX))
                        instanceof List<?> stream
                ? entries(stream)
                : List.of();
    }

    private static List<LogEntry> entries(List<?> stream) {
        List<LogEntry> entries = new ArrayList<>();
        for (Object entry : stream) {
            List<?> idAndFields = (List<?>) entry;
            entries.add(new LogEntry(EntryId.parse(text(idAndFields.get(0))), frame(idAndFields.get(1))));
        }
        return entries;
    }

    private static @Nullable Frame frame(@Nullable Object fields) {
        if (!(fields instanceof List<?> list) || list.size() != 8) {
            return null;
        }
        for (int i = 0; i < 4; i++) {
            if (!text(list.get(2 * i)).equals("wesd".substring(i, i + 1))) {
                return null;
            }
        }
        try {
            return new Frame(
                    text(list.get(1)), Long.parseLong(text(list.get(3))), Long.parseLong(text(list.get(5))), (byte[])
                            list.get(7));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public LogEngine.Pulse pulse() throws EngineException {
        List<?> role = list(ask(new CommandArguments(Command.ROLE)));
        if (!text(role.getFirst()).equals("master")) {
            // A Sentinel may go on naming a server that was demoted; what is written to it is lost.
            throw new EngineException(server + " is a " + text(role.getFirst()) + " and takes no writes");
        }
        replicas = ((List<?>) role.get(2)).size();
        List<?> time = list(ask(new CommandArguments(Command.TIME)));
        long ms = Long.parseLong(text(time.get(0))) * 1000 + Long.parseLong(text(time.get(1))) / 1000;
        return new LogEngine.Pulse(ms, history(), last(), replicas);
    }

    private String history() throws EngineException {
        byte[] found = (byte[]) ask(new CommandArguments(Command.GET).add(EPOCH));
        if (found != null) {
            return text(found);
        }
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        ask(new CommandArguments(Command.SET)
                .add(EPOCH)
                .add(HexFormat.of().formatHex(random))
                .add("NX"));
        return text(ask(new CommandArguments(Command.GET).add(EPOCH)));
    }

    private EntryId last() throws EngineException {
        @Nullable Object info;
        try {
            info = answer(new CommandArguments(Command.XINFO).add("STREAM").add(LOG));
        } catch (JedisDataException e) {
            if (String.valueOf(e.getMessage()).contains("no such key")) {
                return EntryId.START;
            }
            throw fault(e);
        } catch (JedisException e) {
            throw fault(e);
        }
        List<?> fields = list(info);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (text(fields.get(i)).equals("last-generated-id")) {
                return EntryId.parse(text(fields.get(i + 1)));
            }
        }
        throw new EngineException(server + " does not say what the last entry of " + LOG + " is");
    }

    @Override
    public void show(String node, String status) throws EngineException {
        ask(new CommandArguments(Command.HSET).add(NODES).add(node).add(status));
        ask(new CommandArguments(Command.EXPIRE).add(NODES).add(SHOWN_S));
    }

    @Override
    public Map<String, String> shown() throws EngineException {
        Map<String, String> shown = new HashMap<>();
        if (ask(new CommandArguments(Command.HGETALL).add(NODES)) instanceof List<?> fields) {
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                shown.put(text(fields.get(i)), text(fields.get(i + 1)));
            }
        }
        return shown;
    }

    @Override
    public void takeOff(String node) throws EngineException {
        ask(new CommandArguments(Command.HDEL).add(NODES).add(node));
    }

    @Override
    public EngineHealth health() throws EngineException {
        return EngineHealth.parse(text(ask(new CommandArguments(Command.INFO))));
    }

    @Override
    public void close() {
        end(writing);
        end(reading);
    }

    /** Also while another thread waits for an answer. */
    static void end(Connection connection) {
        try {
            connection.forceDisconnect();
        } catch (IOException | JedisException e) {
            connection.setBroken();
        }
    }

    private @Nullable Object ask(CommandArguments arguments) throws EngineException {
        try {
            return answer(arguments);
        } catch (JedisException e) {
            throw fault(e);
        }
    }

    private @Nullable Object answer(CommandArguments arguments) {
        reading.sendCommand(arguments);
        return reading.getOne();
    }

    private List<?> list(@Nullable Object answer) throws EngineException {
        if (answer instanceof List<?> list && !list.isEmpty()) {
            return list;
        }
        throw new EngineException(server + " gave an answer that no Redis gives");
    }

    private EngineException fault(JedisException e) {
        return e instanceof JedisDataException
                ? new RefusedByEngineException(server + ": " + e.getMessage(), e)
                : new EngineException(server + ": " + RedisEngine.cause(e), e);
    }

    private static String text(@Nullable Object bytes) {
        return bytes instanceof byte[] array ? SafeEncoder.encode(array) : String.valueOf(bytes);
    }
}
