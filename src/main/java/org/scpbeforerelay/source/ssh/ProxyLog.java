package org.scpbeforerelay.source.ssh;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is said to the operator about headers of the PROXY protocol: of each address once a minute, whatever comes, and with the
 * remedy. Any thread may call.
 */
final class ProxyLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyLog.class);
    private static final long SILENCE_MS = 60_000;
    private static final int ADDRESSES_REMEMBERED = 256;

    private final Clock clock;
    private final Map<ClientAddress, Long> ofProxiesMs = remembering();
    private final Map<ClientAddress, Long> ofOthersMs = remembering(); // who are many, and push no proxy out

    ProxyLog(Clock clock) {
        this.clock = clock;
    }

    /** A proxy's connection was closed; {@code why} tells the remedy too. */
    void refused(ClientAddress proxy, String why) {
        if (isDue(ofProxiesMs, proxy)) {
            LOG.warn("refused a connection of the proxy {}: {}; more of this minute are not logged", proxy, why);
        }
    }

    /** A proxy called for somebody, and did not say for whom. */
    void forNobody(ClientAddress proxy) {
        if (isDue(ofProxiesMs, proxy)) {
            LOG.info(
                    "closed a connection of the proxy {}, which does not say for whose address it calls;"
                            + " more of this minute are not logged",
                    proxy);
        }
    }

    /** Somebody who is no proxy began with a header. */
    void unbelieved(ClientAddress peer) {
        if (isDue(ofOthersMs, peer.isIpv4() ? peer : peer.masked(64))) {
            LOG.info(
                    "closed a connection from {}, which begins with the PROXY protocol; if that is a proxy of yours, name"
                            + " it in [ssh] proxies; more of this minute are not logged",
                    peer);
        }
    }

    private boolean isDue(Map<ClientAddress, Long> lastMs, ClientAddress address) {
        synchronized (lastMs) {
            long nowMs = clock.now().monotonicMs();
            Long last = lastMs.get(address);
            if (last != null && nowMs - last < SILENCE_MS) {
                return false;
            }
            lastMs.remove(address); // to the end of the order
            lastMs.put(address, nowMs);
            return true;
        }
    }

    private static Map<ClientAddress, Long> remembering() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ClientAddress, Long> eldest) {
                return size() > ADDRESSES_REMEMBERED;
            }
        };
    }
}
