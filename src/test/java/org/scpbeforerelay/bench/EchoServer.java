package org.scpbeforerelay.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The yardstick: sends back the bytes that have come, in as few lines as NIO allows. {@code PORT SOCKET}. Ends with its standard
 * input.
 */
final class EchoServer {
    private EchoServer() {}

    public static void main(String[] arguments) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel tcp = ServerSocketChannel.open();
        tcp.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 1024);
        tcp.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        unix.bind(UnixDomainSocketAddress.of(Path.of(arguments[1])), 1024);
        unix.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        ByteBuffer bytes = ByteBuffer.allocateDirect(32 * 1024);
        Consumer<SelectionKey> serving = key -> serve(key, bytes);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    selector.select(serving);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        serveUntilInputEnds();
    }

    private static void serve(SelectionKey key, ByteBuffer bytes) {
        try {
            if (key.channel() instanceof ServerSocketChannel door) {
                SocketChannel client = door.accept();
                client.configureBlocking(false);
                if (client.getLocalAddress() instanceof InetSocketAddress) {
                    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                client.register(key.selector(), SelectionKey.OP_READ);
            } else if (key.channel() instanceof SocketChannel client) {
                bytes.clear();
                if (client.read(bytes) < 0) {
                    client.close();
                } else {
                    client.write(bytes.flip());
                }
            }
        } catch (IOException e) {
            key.cancel();
        }
    }

    static void serveUntilInputEnds() throws IOException {
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // Nothing is said here but the end.
        }
    }
}
