package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EngineHealthTest {
    private static final String SOUND = """
            # Server\r
            redis_version:7.0.15\r
            # Memory\r
            used_memory:1048576\r
            maxmemory:67108864\r
            maxmemory_policy:noeviction\r
            # Persistence\r
            rdb_last_bgsave_status:ok\r
            aof_enabled:1\r
            aof_last_write_status:ok\r
            """;

    @Test
    void nothingIsToBeSaidOfASoundEngine() {
        EngineHealth health = EngineHealth.parse(SOUND);
        assertThat(health.findings()).isEmpty();
        assertThat(health.product()).isEqualTo("Redis 7.0.15");
        assertThat(health.memoryMax()).isEqualTo(64 << 20);
        assertThat(health.appendsToDisk()).isTrue();
    }

    @Test
    void anEngineThatSaysNothingIsAccusedOfNothing() {
        assertThat(EngineHealth.parse("").findings()).isEmpty();
    }

    @Test
    void evictionIsAFaultWhereThereIsALimit() {
        String evicting = SOUND.replace("noeviction", "allkeys-lru");
        assertFinding(evicting, true, "evicts (maxmemory-policy allkeys-lru)");
        assertFinding(evicting.replace("maxmemory:67108864", "maxmemory:0"), false, "evicts");
    }

    @Test
    void whatLosesDataIsNamed() {
        assertFinding(SOUND.replace("used_memory:1048576", "used_memory:63000000"), true, "nearly full: 60 MiB of 64");
        assertFinding(SOUND.replace("aof_enabled:1", "aof_enabled:0"), false, "no append-only file");
        assertFinding(SOUND.replace("bgsave_status:ok", "bgsave_status:err"), true, "last snapshot");
        assertFinding(SOUND.replace("write_status:ok", "write_status:err"), true, "append-only file");
        assertFinding(SOUND + "min_slaves_good_slaves:1\r\n", false, "min-replicas-to-write");
        assertFinding(SOUND.replace("7.0.15", "6.2.1"), false, "Redis 6.2.1, older");
    }

    @Test
    void valkeyIsCalledByItsName() {
        assertThat(EngineHealth.parse("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\n")
                        .product())
                .isEqualTo("Valkey 8.1.1");
    }

    private static void assertFinding(String info, boolean isFault, String words) {
        assertThat(EngineHealth.parse(info).findings()).singleElement().satisfies(one -> {
            assertThat(one.isFault()).isEqualTo(isFault);
            assertThat(one.what()).contains(words);
            assertThat(one.why()).isNotBlank();
            assertThat(one.remedy()).isNotBlank();
        });
    }
}
