/**
 * The log on Redis Streams (Redis 7, Valkey): one stream, {@code sbr:log}, and three small keys beside it.
 *
 * <pre>
 * sbr:log       STREAM  w=writer  e=epoch  s=sequence  d=records     see Frame and RecordCodec
 * sbr:epoch     STRING  random, made by whoever finds none: the name of this history
 * sbr:nodes     HASH    by host: how it says that it fares; for display
 * </pre>
 *
 * <p>Through Jedis' plain connection and nothing above it: no pool, no objects for each command. A session has two connections, one that
 * writes and one that may be waiting for news. Deliberately absent: scripts, transactions, keyspace events, and every
 * command that docs/many-hosts.md does not name in its ACL.
 */
@NullMarked
package org.scpbeforerelay.store.shared.redis;

import org.jspecify.annotations.NullMarked;
