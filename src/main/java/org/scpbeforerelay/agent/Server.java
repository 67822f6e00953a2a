package org.scpbeforerelay.agent;

/**
 * A destination as {@code ~/.ssh/config} completes it.
 *
 * @param destination what was asked for
 * @param hostName the real host, where the configuration gives {@code host} another name
 * @param port the port to connect to
 */
record Server(Destination destination, String hostName, int port) {
    /** For people. */
    String name() {
        return destination.server();
    }
}
