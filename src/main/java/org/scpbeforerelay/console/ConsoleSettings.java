package org.scpbeforerelay.console;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;

/**
 * What the console needs to know.
 *
 * @param listen where; port 0 lets the system choose
 * @param hostNames names by which it may be asked for, besides IP addresses and {@code localhost}; lower case
 * @param tokenFile where the token is; made when it is absent
 * @param historyDirectory where the record is
 */
public record ConsoleSettings(InetSocketAddress listen, Set<String> hostNames, Path tokenFile, Path historyDirectory) {
    public ConsoleSettings {
        hostNames = Set.copyOf(hostNames);
    }
}
