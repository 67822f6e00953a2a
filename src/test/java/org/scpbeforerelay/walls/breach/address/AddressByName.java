package org.scpbeforerelay.walls.breach.address;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Breach: an address from a client's text by way of DNS. */
public final class AddressByName {
    public InetAddress find(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }
}
