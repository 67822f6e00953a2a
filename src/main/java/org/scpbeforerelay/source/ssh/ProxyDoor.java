package org.scpbeforerelay.source.ssh;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.AbstractServerSession;
import org.apache.sshd.server.session.ServerProxyAcceptor;
import org.apache.sshd.server.session.ServerSession;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.source.ssh.proxy.ProxyHeader;

/**
 * Where connections of {@code [ssh] proxies} come in: each begins with the header of the PROXY protocol, or it is closed. The
 * header of anybody else is never believed: whoever sends one is closed too.
 *
 * <p>What a proxy says is the client's address in every respect: limits, keys' {@code from}, what may be leased. A proxy that
 * calls for itself (to see whether we live) is closed, without a warning. The time for a header is the login
 * grace, which runs from the connection's beginning.
 */
final class ProxyDoor implements ServerProxyAcceptor {
    private final Doorkeeper doorkeeper;
    private final ProxyLog log;

    ProxyDoor(Doorkeeper doorkeeper, ProxyLog log) {
        this.doorkeeper = doorkeeper;
        this.log = log;
    }

    /**
     * Called with all bytes from the connection's first until the greeting behind the header is whole, so also again with a header
     * that was read already.
     *
     * @return whether what follows in the buffer is the client's
     */
    @Override
    public boolean acceptServerProxyMetadata(ServerSession session, Buffer buffer) throws IOException {
        if (session.isClosing()) {
            return false;
        }
        int from = buffer.rpos();
        ProxyHeader header = ProxyHeader.read(buffer.array(), from, from + buffer.available());
        ClientAddress proxy = Doorkeeper.proxyOf(session);
        if (proxy == null) {
            return isClientsOwn(session, header);
        }
        return switch (header) {
            case ProxyHeader.Incomplete() -> false;
            case ProxyHeader.Own(int length) -> own(session, proxy, buffer.available() > length);
            case ProxyHeader.Client client -> {
                boolean welcome = proxy.equals(client.address())
                        ? own(session, proxy, buffer.available() > client.length())
                        : isWelcome(session, proxy, client);
                if (welcome) {
                    buffer.rpos(from + client.length());
                }
                yield welcome;
            }
            case ProxyHeader.Absent() ->
                refuse(
                        session,
                        proxy,
                        "it does not begin with the PROXY protocol, as [ssh] proxies says of this address;"
                                + " write send-proxy-v2 on the proxy's server line, or take the address out of [ssh] proxies");
            case ProxyHeader.Malformed(String why) ->
                refuse(
                        session,
                        proxy,
                        "its PROXY header is wrong: " + why
                                + "; if that is no proxy of yours, take the address out of [ssh] proxies");
        };
    }

    /** No greeting of SSH begins as a header does, not by its first byte: no client waits here. */
    private boolean isClientsOwn(ServerSession session, ProxyHeader header) {
        return switch (header) {
            case ProxyHeader.Absent() -> true;
            case ProxyHeader.Incomplete() -> false;
            case ProxyHeader.Own own -> unbelieved(session);
            case ProxyHeader.Client client -> unbelieved(session);
            case ProxyHeader.Malformed malformed -> unbelieved(session);
        };
    }

    private boolean unbelieved(ServerSession session) {
        ClientAddress peer = Doorkeeper.addressOf(session);
        if (peer != null) {
            log.unbelieved(peer);
        }
        session.close(true);
        return false;
    }

    private boolean isWelcome(ServerSession session, ClientAddress proxy, ProxyHeader.Client client) {
        if (client.address().equals(Doorkeeper.addressOf(session))) {
            return true; // read once already, before its greeting was whole
        }
        if (doorkeeper.isProxy(client.address())) {
            return refuse(
                    session,
                    proxy,
                    "it says to call for " + client.address() + ", which [ssh] proxies names as well;"
                            + " of proxies in a row, each but the first must take over the client's address (accept-proxy)");
        }
        if (!doorkeeper.announced(session, client.address())) {
            return false;
        }
        if (session instanceof AbstractServerSession server) {
            server.setClientAddress(new InetSocketAddress(client.address().toInetAddress(), client.port()));
        }
        return true;
    }

    /** Nobody is behind it, or nobody with an address of his own. What was said to greet it may still go out. */
    private boolean own(ServerSession session, ClientAddress proxy, boolean isGreeted) {
        if (isGreeted) {
            log.forNobody(proxy);
        }
        session.close(false);
        return false;
    }

    private boolean refuse(ServerSession session, ClientAddress proxy, String why) {
        log.refused(proxy, why);
        doorkeeper.turnAway(session);
        return false;
    }
}
