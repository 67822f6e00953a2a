package org.scpbeforerelay.source.ssh;

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

    private final OnceAMinute<ClientAddress> ofProxies;
    private final OnceAMinute<ClientAddress> ofOthers; // who are many, and push no proxy out

    ProxyLog(Clock clock) {
        this.ofProxies = new OnceAMinute<>(clock);
        this.ofOthers = new OnceAMinute<>(clock);
    }

    /** A proxy's connection was closed; {@code why} tells the remedy too. */
    void refused(ClientAddress proxy, String why) {
        if (ofProxies.isDue(proxy)) {
            LOG.warn("refused a connection of the proxy {}: {}; more of this minute are not logged", proxy, why);
        }
    }

    /** A proxy called for somebody, and did not say for whom. */
    void forNobody(ClientAddress proxy) {
        if (ofProxies.isDue(proxy)) {
            LOG.info(
                    "closed a connection of the proxy {}, which does not say for whose address it calls;"
                            + " more of this minute are not logged",
                    proxy);
        }
    }

    /** Somebody who is no proxy began with a header. */
    void unbelieved(ClientAddress peer) {
        if (ofOthers.isDue(peer.isIpv4() ? peer : peer.masked(64))) {
            LOG.info(
                    "closed a connection from {}, which begins with the PROXY protocol; if that is a proxy of yours, name"
                            + " it in [ssh] proxies; more of this minute are not logged",
                    peer);
        }
    }
}
