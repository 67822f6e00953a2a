package org.scpbeforerelay.store.shared;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the engine says of itself: the fields of Redis' INFO (https://redis.io/docs/latest/commands/info/) that tell whether it keeps what
 * it is given. Fields that it does not say are absent, and then nothing is found.
 *
 * @param fields by their names, as the engine spells them
 */
public record EngineHealth(Map<String, String> fields) {
    /** Beyond this part of its memory an engine that evicts nothing soon takes nothing. */
    private static final double NEARLY_FULL = 0.9;

    private static final int VERSION_MIN = 7;

    /**
     * What of it loses data, or soon stops it from taking any.
     *
     * @param isFault whether something is wrong now; otherwise it is what a restart or a full memory will bring
     */
    public record Finding(boolean isFault, String what, String why, String remedy) {}

    public EngineHealth {
        fields = Map.copyOf(fields);
    }

    /** Reads an answer to INFO: lines {@code name:value}. */
    public static EngineHealth parse(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                fields.put(
                        line.substring(0, colon),
                        line.substring(colon + 1).strip().replaceAll("[^\\x20-\\x7e]", "?"));
            }
        });
        return new EngineHealth(fields);
    }

    /** What people call it: {@code Redis 7.0.15}, {@code Valkey 8.1.1}. */
    public String product() {
        String valkey = fields.get("valkey_version");
        return valkey != null ? "Valkey " + valkey : "Redis " + fields.getOrDefault("redis_version", "(unknown)");
    }

    /** Bytes; 0 when it does not say. */
    public long memoryUsed() {
        return number("used_memory");
    }

    /** Bytes; 0 for no limit. */
    public long memoryMax() {
        return number("maxmemory");
    }

    /** How many keys it has thrown away for want of memory. */
    public long evicted() {
        return number("evicted_keys");
    }

    public String evictionPolicy() {
        return fields.getOrDefault("maxmemory_policy", "");
    }

    /** Whether each write goes to its disk. */
    public boolean appendsToDisk() {
        return "1".equals(fields.get("aof_enabled"));
    }

    /** What can be told from this alone; the doctor, who may ask for more, says more. */
    public List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        String policy = evictionPolicy();
        if (!policy.isEmpty() && !policy.equals("noeviction")) {
            found.add(new Finding(
                    memoryMax() > 0 || evicted() > 0,
                    "the shared store's engine evicts (maxmemory-policy " + policy + ")"
                            + (evicted() > 0 ? ", and has evicted " + evicted() + " keys" : ""),
                    "when its memory is full it throws the log away whole, to make room",
                    "redis-cli CONFIG SET maxmemory-policy noeviction; the same in redis.conf"));
        }
        if (memoryMax() > 0 && memoryUsed() > memoryMax() * NEARLY_FULL) {
            found.add(new Finding(
                    true,
                    "the shared store's engine is nearly full: " + mebibytes(memoryUsed()) + " of "
                            + mebibytes(memoryMax()),
                    "full, it takes no more announcements: each host then counts its own alone",
                    "redis-cli CONFIG SET maxmemory "
                            + mebibytes(2 * memoryMax()).replace(" MiB", "mb") + "; the same in redis.conf"));
        }
        if (says("rdb_last_bgsave_status", "err")) {
            found.add(new Finding(
                    true,
                    "the shared store's engine could not write its last snapshot",
                    "it may refuse writes until it can (stop-writes-on-bgsave-error), and a restart loses what is newer",
                    "make room on its disk, look at its log, then: redis-cli BGSAVE"));
        }
        if (says("aof_last_write_status", "err") || says("aof_last_bgrewrite_status", "err")) {
            found.add(new Finding(
                    true,
                    "the shared store's engine could not write its append-only file",
                    "it refuses writes, or loses them with its next restart",
                    "make room on its disk and look at its log"));
        }
        if (says("aof_enabled", "0")) {
            found.add(new Finding(
                    false,
                    "the shared store's engine has no append-only file",
                    "a restart of it loses what is newer than its last snapshot, if it makes any; hosts that live write it again, and what was known"
                            + " only to a host that is gone as well is lost",
                    "redis-cli CONFIG SET appendonly yes; the same in redis.conf"));
        }
        if (fields.containsKey("min_slaves_good_slaves")) {
            found.add(new Finding(
                    false,
                    "the shared store's engine takes writes only while it has replicas (min-replicas-to-write)",
                    "a lost replica stops announcements on all hosts",
                    "redis-cli CONFIG SET min-replicas-to-write 0; the same in redis.conf"));
        }
        int major = major();
        if (major > 0 && major < VERSION_MIN) {
            found.add(new Finding(
                    false,
                    "the shared store's engine is " + product() + ", older than what this program is tested with",
                    "Redis " + VERSION_MIN
                            + " and Valkey are; older ones have no channels in ACLs and are no longer mended",
                    "upgrade it to Redis 7 or Valkey 8"));
        }
        return found;
    }

    private int major() {
        String version = fields.getOrDefault("redis_version", "");
        return version.matches("[0-9]{1,4}\\..*") ? Integer.parseInt(version.substring(0, version.indexOf('.'))) : 0;
    }

    private boolean says(String field, String value) {
        return value.equals(fields.get(field));
    }

    private long number(String field) {
        String text = fields.getOrDefault(field, "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static String mebibytes(long bytes) {
        return Math.max(1, bytes >> 20) + " MiB";
    }
}
