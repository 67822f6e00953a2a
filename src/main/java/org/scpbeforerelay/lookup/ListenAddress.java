package org.scpbeforerelay.lookup;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;

/** Where the listener can be asked. {@code toString} is how the settings write it. */
public sealed interface ListenAddress {
    /**
     * A TCP port.
     *
     * @param address resolved; port 0 lets the system choose one
     */
    record Tcp(InetSocketAddress address) implements ListenAddress {
        @Override
        public String toString() {
            InetAddress ip = Objects.requireNonNull(address.getAddress(), "a resolved address");
            String text = ClientAddress.of(ip).toString();
            return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + address.getPort();
        }
    }

    /**
     * A unix socket, mode 0660.
     *
     * @param path where; its folder must exist
     * @param group the group that may ask; null for the one that the system gives it
     */
    record Unix(Path path, @Nullable String group) implements ListenAddress {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }
}
