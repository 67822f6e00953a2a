package org.scpbeforerelay.source.drop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.RefusalCode;

/** Pitfall 32: what a hostile owner of a directory may put into it. Each is refused and named, and never opened. */
final class UnfitFilesTest {
    private static final String ADDRESS = "198.51.100.10";

    @TempDir
    Path temp;

    private DropRig rig;

    @BeforeEach
    void begin() throws IOException {
        rig = new DropRig(temp, DropSettings.Proof.NONE);
        rig.turnForMs(20);
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private void assertUnfit(String why) throws IOException {
        rig.rescan();
        assertThat(rig.refusal()).isEqualTo(RefusalCode.FROM_NOT_ALLOWED);
        assertThat(rig.reason()).contains(why);
        assertThat(rig.granted()).isEmpty();
    }

    @Test
    void pitfall32SymbolicLink() throws Exception {
        Path elsewhere = Files.writeString(temp.resolve("elsewhere"), ADDRESS + "\n");
        Files.createSymbolicLink(rig.folder.resolve("gwaihir-ip"), elsewhere);
        assertUnfit("is a symbolic link");
    }

    @Test
    void pitfall32Fifo() throws Exception {
        new ProcessBuilder("mkfifo", rig.folder.resolve("gwaihir-ip").toString())
                .start()
                .waitFor();
        assertUnfit("is a FIFO");
    }

    @Test
    void pitfall32Directory() throws Exception {
        rig.directory("gerard/tmp/gwaihir-ip");
        assertUnfit("is a directory");
    }

    @Test
    void pitfall32HardLink() throws Exception {
        Path file = Files.writeString(temp.resolve("elsewhere"), ADDRESS + "\n");
        Files.createLink(rig.folder.resolve("gwaihir-ip"), file);
        assertUnfit("is a hard link");
    }

    @Test
    void pitfall32Socket() throws Exception {
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(rig.folder.resolve("gwaihir-ip")));
            assertUnfit("is a socket");
        }
    }

    /** Making devices takes root. */
    @Test
    @Tag("e2e")
    void pitfall32Device() throws Exception {
        String device = rig.folder.resolve("gwaihir-ip").toString();
        assertThat(new ProcessBuilder("mknod", device, "c", "1", "5").start().waitFor())
                .isZero();
        assertUnfit("is a device");
    }

    /** Giving a file away takes root. */
    @Test
    @Tag("e2e")
    void pitfall32FileOfSomebodyElseThanTheDirectorysOwner() throws Exception {
        Path file = Files.writeString(temp.resolve("elsewhere"), ADDRESS + "\n");
        rig.own(file, 60_321);
        Files.move(file, rig.folder.resolve("gwaihir-ip"));
        assertUnfit("belongs to user id 60321 and not to the directory's owner");
    }

    @Test
    void pitfall32HugeAndSparseFile() throws Exception {
        try (RandomAccessFile file =
                new RandomAccessFile(rig.folder.resolve("gwaihir-ip").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        rig.rescan();
        assertThat(rig.refusal()).isEqualTo(RefusalCode.TOO_LARGE);
    }

    @Test
    void tooManyLines() throws Exception {
        rig.write("gwaihir-ip", "#\n".repeat(16) + ADDRESS + "\n");
        assertThat(rig.refusal()).isEqualTo(RefusalCode.TOO_MANY_LINES);
    }

    @Test
    void fileThatOthersMayWrite() throws Exception {
        Path file = rig.write("gwaihir-ip", ADDRESS + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
        assertUnfit("can be written by others");
    }

    @Test
    void symbolicLinkInPlaceOfTheDirectoryIsNotFollowed() throws Exception {
        Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("gwaihir-ip"), ADDRESS + "\n");
        Files.createDirectories(rig.home.resolve("melian"));
        Files.createSymbolicLink(rig.home.resolve("melian/tmp"), elsewhere);
        rig.rescan();
        assertThat(rig.events).isEmpty();
        assertThat(rig.rounds.health().troubles()).anyMatch(trouble -> trouble.contains("melian/tmp"));
    }

    @Test
    void namesThatAreNoDevicesAndNamesOfBytes() throws Exception {
        rig.write("Gwaihir Windlord-ip", ADDRESS + "\n");
        rig.write("-ip", ADDRESS + "\n");
        rig.write("..-ip", ADDRESS + "\n");
        rig.write("198.51.100.1-ip", ADDRESS + "\n");
        rig.rescan();
        assertThat(rig.events).isEmpty();
        assertThat(rig.rounds.health().refused()).isEqualTo(2);
    }

    @Test
    void aCrowdOfFilesCostsABoundedAmount() throws Exception {
        for (int i = 0; i < 500; i++) {
            rig.write("d" + i + "-ip", "nothing\n");
        }
        rig.rescan();
        assertThat(rig.rounds.health().files()).isEqualTo(DropFolder.FILES_MAX);
        assertThat(rig.rounds.health().refused()).isLessThanOrEqualTo(DropFolder.FILES_MAX);
    }

    @Test
    void bytesOfAllKindsEndInARefusal() throws Exception {
        for (byte[] bytes : new byte[][] {{0, 0, 0, '\n'}, {(byte) 0xff, '\n'}, {'1', 0, '\n'}, {27, '[', '\n'}}) {
            int before = rig.refusals().size();
            Files.write(rig.folder.resolve("gwaihir-ip"), bytes);
            rig.until(() -> rig.refusals().size() > before);
        }
        assertThat(rig.granted()).isEmpty();
    }
}
