package org.scpbeforerelay.fault;

import java.util.List;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.RedisServer;

/** What befalls a pool in a storm. Each ends with everything healed. */
enum Fault {
    RELAY_HOST_KILLED {
        @Override
        void strike(FaultPool pool) throws Exception {
            NodeProcess node = pool.anyNode();
            node.kill();
            pool.pass(100);
            node.start(pool.addresses());
            pool.pass(100);
        }
    },

    /** And the Sentinel on the same host. */
    REPLICA_KILLED {
        @Override
        void strike(FaultPool pool) {
            RedisServer replica = pool.otherThan(pool.master());
            RedisServer sentinel = replica == pool.server(0) ? pool.sentinel(0) : pool.sentinel(1);
            replica.kill();
            sentinel.kill();
            pool.pass(100);
            replica.startAgain();
            sentinel.startAgain();
            pool.pass(50);
        }
    },

    MASTER_KILLED {
        @Override
        void strike(FaultPool pool) {
            RedisServer master = pool.master();
            pool.loses(false);
            master.kill();
            pool.awaitMaster(pool.otherThan(master));
            pool.pass(100);
            master.startAgain();
            pool.pass(100);
        }
    },

    MASTER_FROZEN {
        @Override
        void strike(FaultPool pool) {
            RedisServer master = pool.master();
            pool.loses(false);
            master.stop();
            pool.awaitMaster(pool.otherThan(master));
            pool.pass(100);
            master.goOn();
            pool.pass(100);
        }
    },

    ENGINE_EMPTIED {
        @Override
        void strike(FaultPool pool) {
            pool.loses(true);
            pool.master().ask("FLUSHALL");
            pool.pass(150);
        }
    },

    /** So quickly that no Sentinel sees it, and the replica empties itself too. */
    ENGINE_RESTARTED_EMPTY {
        @Override
        void strike(FaultPool pool) {
            RedisServer master = pool.master();
            pool.loses(true);
            master.kill();
            master.startAgain();
            pool.pass(150);
        }
    },

    RELAY_HOST_CUT_OFF {
        @Override
        void strike(FaultPool pool) {
            cutOff(pool, pool.anyNode(), pool.engineHosts());
        }
    },

    /** What it writes arrives, and no answer comes back. */
    RELAY_HOST_DEAF {
        @Override
        void strike(FaultPool pool) {
            NodeProcess node = pool.anyNode();
            pool.engineHosts().forEach(node.host()::ignore);
            long since = System.nanoTime();
            pool.pass(200);
            pool.wasCutOff(node, since);
            pool.engineHosts().forEach(node.host()::heed);
            pool.pass(50);
        }
    },

    /** It still hears the Sentinels, which see nothing wrong. */
    RELAY_HOST_CUT_OFF_FROM_THE_MASTER {
        @Override
        void strike(FaultPool pool) {
            cutOff(pool, pool.anyNode(), List.of(pool.master().host()));
        }
    },

    /** And is replaced, and comes back as a master that has words of nobody. */
    MASTER_CUT_OFF {
        @Override
        void strike(FaultPool pool) {
            RedisServer master = pool.master();
            List<Host> one = List.of(master.host());
            List<Host> others =
                    pool.hosts().stream().filter(host -> host != master.host()).toList();
            pool.loses(false);
            pool.cut(one, others);
            pool.awaitMaster(pool.otherThan(master));
            pool.pass(100);
            pool.mend(one, others);
            pool.pass(100);
        }
    },

    /** A relay host stays with the former master, which acknowledges what it will lose. */
    SPLIT_IN_TWO {
        @Override
        void strike(FaultPool pool) {
            RedisServer master = pool.master();
            List<Host> smaller = List.of(pool.node(0).host(), master.host());
            List<Host> larger = pool.hosts().stream()
                    .filter(host -> !smaller.contains(host))
                    .toList();
            pool.cut(smaller, larger);
            pool.awaitMaster(pool.otherThan(master));
            pool.pass(200);
            pool.loses(true);
            pool.mend(smaller, larger);
            pool.pass(100);
        }
    },

    /** The replica has not heard of the last announcements when the master ends: what was acknowledged is lost. */
    REPLICA_LAGS_AND_IS_MADE_MASTER {
        @Override
        void strike(FaultPool pool) throws Exception {
            RedisServer master = pool.master();
            RedisServer replica = pool.otherThan(master);
            List<Host> one = List.of(master.host());
            List<Host> other = List.of(replica.host());
            pool.cut(one, other);
            pool.pass(100);
            pool.calm(); // or what is announced meanwhile overtakes all that is lost
            pool.loses(true);
            master.kill();
            pool.awaitMaster(replica);
            pool.awaitHealth();
            pool.storm();
            pool.pass(50);
            pool.mend(one, other);
            master.startAgain();
            pool.pass(50);
        }
    };

    private static void cutOff(FaultPool pool, NodeProcess node, List<Host> from) {
        pool.cut(List.of(node.host()), from);
        long since = System.nanoTime();
        pool.pass(200);
        pool.wasCutOff(node, since);
        pool.mend(List.of(node.host()), from);
        pool.pass(50);
    }

    /** Strikes within the storm and heals. */
    abstract void strike(FaultPool pool) throws Exception;
}
