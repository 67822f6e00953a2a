package org.scpbeforerelay.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixSocketFileTest {
    @TempDir
    Path folder;

    @Test
    void isOpenToOwnerAndGroupAlone() throws IOException {
        try (ServerSocketChannel channel = channel()) {
            UnixSocketFile file = bind(channel, folder.resolve("policy"), ownGroup());
            assertThat(Files.getPosixFilePermissions(folder.resolve("policy")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
            assertThat(folder).isDirectoryNotContaining(path -> !path.endsWith("policy"));
            file.remove();
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void aSocketOnWhichNobodyAnswersIsReplaced() throws IOException {
        Path path = folder.resolve("policy");
        try (ServerSocketChannel killed = channel()) {
            killed.bind(UnixDomainSocketAddress.of(path));
        }
        try (ServerSocketChannel channel = channel()) {
            bind(channel, path, null);
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    @Test
    void aSocketOnWhichSomebodyAnswersIsLeftAlone() throws IOException {
        Path path = folder.resolve("policy");
        try (ServerSocketChannel running = channel();
                ServerSocketChannel second = channel()) {
            running.bind(UnixDomainSocketAddress.of(path));
            assertThatThrownBy(() -> bind(second, path, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("running already");
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
        }
    }

    @Test
    void whatIsNoSocketIsLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("policy"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        for (Path path : new Path[] {file, link}) {
            try (ServerSocketChannel channel = channel()) {
                assertThatThrownBy(() -> bind(channel, path, null)).hasMessageContaining("is no socket");
            }
        }
        assertThat(file).hasContent("precious");
        assertThat(Files.isSymbolicLink(link)).isTrue();
    }

    @Test
    void aFolderInWhichEverybodyMayWriteIsRefused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (ServerSocketChannel channel = channel()) {
            assertThatThrownBy(() -> bind(channel, open.resolve("policy"), null))
                    .hasMessageContaining("chmod o-w " + open);
        }
        assertThat(open).isEmptyDirectory();
    }

    @Test
    void aMissingFolderOrGroupIsSaidWithTheRemedy() throws IOException {
        try (ServerSocketChannel channel = channel()) {
            assertThatThrownBy(() -> bind(channel, folder.resolve("no/policy"), null))
                    .hasMessageContaining("install -d -m 2750");
        }
        try (ServerSocketChannel channel = channel()) {
            assertThatThrownBy(() -> bind(channel, folder.resolve("policy"), "no-such-group"))
                    .hasMessageContaining("no group 'no-such-group'");
        }
        try (ServerSocketChannel channel = channel()) {
            assertThatThrownBy(() -> bind(channel, folder.resolve("x".repeat(100)), null))
                    .hasMessageContaining("too long");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theSocketOfASuccessorIsNotRemoved() throws IOException {
        Path path = folder.resolve("policy");
        UnixSocketFile file;
        try (ServerSocketChannel channel = channel()) {
            file = bind(channel, path, null);
        }
        try (ServerSocketChannel successor = channel()) {
            UnixSocketFile next = bind(successor, path, null);
            file.remove();
            assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
            next.remove();
            next.remove();
            assertThat(folder).isEmptyDirectory();
        }
    }

    private String ownGroup() throws IOException {
        return Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
    }

    private static ServerSocketChannel channel() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    private static UnixSocketFile bind(ServerSocketChannel channel, Path path, @Nullable String group)
            throws IOException {
        return UnixSocketFile.bind(channel, new ListenAddress.Unix(path, group), 16);
    }
}
