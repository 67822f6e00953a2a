package org.scpbeforerelay.source.drop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.lease.Lease;

final class DropRoundsTest {
    private static final String HERE = "198.51.100.10";
    private static final String THERE = "198.51.100.20";

    @TempDir
    Path temp;

    private DropRig rig(DropSettings.Proof proof, String... mayAnnounce) throws IOException {
        return new DropRig(temp, proof, mayAnnounce);
    }

    @Test
    void theHintsFileIsALeaseOfItsDirectorysOwner() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + " 0\n");
            rig.until(() -> rig.permits(HERE));
            assertThat(rig.granted()).containsExactly("gerard/gwaihir " + HERE);
            rig.write("gwaihir-ip", THERE + " stub\n");
            rig.until(() -> rig.permits(THERE));
            assertThat(rig.permits(HERE)).isFalse();
        }
    }

    @Test
    void closedFileIsAnnouncedWithinATenthOfASecond() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.turnForMs(20);
            long best = Long.MAX_VALUE;
            for (int i = 1; i < 9; i++) {
                String address = "198.51.100." + i;
                rig.write("d" + i + "-ip", address + "\n");
                long from = System.nanoTime();
                rig.until(() -> rig.permits(address));
                best = Math.min(best, System.nanoTime() - from);
            }
            assertThat(best).isLessThan(100_000_000L);
        }
    }

    @Test
    void tempFileRenamedIntoPlaceIsAnnounced() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
            Path part = rig.write(".gwaihir-ip.part", THERE + "\n");
            rig.turnForMs(60);
            Files.move(part, rig.folder.resolve("gwaihir-ip"), StandardCopyOption.ATOMIC_MOVE);
            rig.until(() -> rig.permits(THERE));
            assertThat(rig.refusals()).isEmpty();
        }
    }

    @Test
    void linkedIntoPlaceAsOldSftpServersRenameIsAnnounced() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.turnForMs(20);
            Path part = rig.write(".part", HERE + "\n");
            Files.createLink(rig.folder.resolve("gwaihir-ip"), part);
            Files.delete(part);
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void bothFamiliesInOneFile() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + " 0\n2001:db8:1::10 0\n");
            rig.until(() -> rig.permits(HERE) && rig.permits("2001:db8:1::10"));
        }
    }

    @Test
    void filesThatWereThereBeforeAreFoundAtStart() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.restart();
            rig.passMs(DropRounds.QUIET_MS);
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void directoriesThatAppearLaterAreWatched() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.turnForMs(50);
            Path later = rig.directory("melian/tmp");
            rig.until(() -> rig.rounds.health().directories() == 2);
            Files.writeString(later.resolve("gwaihir-ip"), HERE + "\n");
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void directoryMadeAnewIsWatchedAnew() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.turnForMs(50);
            Files.delete(rig.folder);
            rig.turnForMs(50);
            rig.directory("gerard/tmp");
            rig.passMs(DropRounds.RESCAN_MS);
            rig.turnForMs(50);
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void pitfall26WhatAWriterHasNotClosedIsNotRead() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.turnForMs(20);
            try (OutputStream out =
                    new FileOutputStream(rig.folder.resolve("gwaihir-ip").toFile())) {
                out.write("198.51.100.1".getBytes(StandardCharsets.US_ASCII));
                rig.turnForMs(50);
                rig.rescan();
                assertThat(rig.events).isEmpty();
                out.write("0 0\n".getBytes(StandardCharsets.US_ASCII));
                rig.turnForMs(50);
                assertThat(rig.events).isEmpty();
            }
            rig.until(() -> rig.permits(HERE));
            assertThat(rig.permits("198.51.100.1")).isFalse();
        }
    }

    @Test
    void pitfall26OverwrittenInPlaceIsNeverAMixtureOfTwoAddresses() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Path file = rig.write("gwaihir-ip", "198.51.100.10\n");
            rig.until(() -> rig.permits("198.51.100.10"));
            try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "rw")) {
                in.write("203.".getBytes(StandardCharsets.US_ASCII)); // now it says 203.51.100.10, a whole line
                rig.rescan();
                assertThat(rig.granted()).hasSize(1);
                in.write("0.113.9\n".getBytes(StandardCharsets.US_ASCII));
                in.setLength(in.getFilePointer());
            }
            rig.until(() -> rig.permits("203.0.113.9"));
            assertThat(rig.granted()).hasSize(2);
        }
    }

    @Test
    void pitfall10AddressThatEndsWithTheFileMayBeCutAndIsRefused() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", "198.51.100.1");
            assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_MALFORMED);
            assertThat(rig.reason()).contains("newline");
            rig.write("gwaihir-ip", HERE + " 0");
            rig.until(() -> rig.permits(HERE));
            assertThat(rig.permits("198.51.100.1")).isFalse();
        }
    }

    @Test
    void emptyFileAndNoAddressAreRefusedAndRevokeNothing() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
            for (String nothing : List.of("", " 0\n", "# away\n", "eth0 is down\n")) {
                int before = rig.refusals().size();
                rig.write("gwaihir-ip", nothing);
                rig.until(() -> rig.refusals().size() > before);
                assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_MALFORMED);
            }
            assertThat(rig.permits(HERE)).isTrue();
        }
    }

    @Test
    void autoIsRefusedWithTheRemedy() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", "auto\n");
            assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_MALFORMED);
            assertThat(rig.reason()).contains("write the address out");
        }
    }

    @Test
    void allowanceTakesOnlyWhatTheUserMayAnnounce() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.ALLOWANCE, "198.51.100.0/28")) {
            rig.write("gwaihir-ip", THERE + "\n");
            assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_NOT_YOURS);
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void noProofIsNeededWithNoneButSpecialAndOwnAddressesStayRefused() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            for (String never :
                    List.of("127.0.0.1", "10.1.2.3", "192.0.2.25", "0.0.0.0", "224.0.0.1", "fe80::1", "::")) {
                int before = rig.refusals().size();
                rig.write("gwaihir-ip", never + "\n");
                rig.until(() -> rig.refusals().size() > before);
                assertThat(rig.permits(never)).as(never).isFalse();
            }
            assertThat(rig.granted()).isEmpty();
        }
    }

    @Test
    void ownLoginFromThereProvesTheAddressAlsoWhenItBecomesKnownLater() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.SSHD_LOGIN)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> !rig.askedLogins.isEmpty());
            assertThat(rig.askedLogins.getFirst()).isEqualTo("gerard " + HERE + " 120000");
            assertThat(rig.granted()).isEmpty();
            rig.evidence = (login, address, fromMs, toMs) -> true;
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void withoutALoginFromThereItIsRefused() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.SSHD_LOGIN)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> !rig.askedLogins.isEmpty());
            rig.passMs(DropDesk.LOGIN_KNOWN_MS);
            assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_NOT_YOURS);
            assertThat(rig.reason()).contains("no SSH login of gerard");
        }
    }

    @Test
    void leaseRunsFromTheFilesTimeAndNotFromWhenItWasNoticed() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Path file = rig.write("gwaihir-ip", HERE + "\n");
            long writtenMs = Files.getLastModifiedTime(file).toMillis();
            rig.passMs(600_000);
            rig.until(() -> rig.permits(HERE));
            Lease lease = rig.registry().book().all().iterator().next();
            assertThat(lease.expiresAtMs()).isEqualTo(writtenMs + DropRig.TERM_MS);
        }
    }

    @Test
    void pitfall22ClientsClockAheadDoesNotLengthenALease() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Path file = rig.write("gwaihir-ip", HERE + "\n");
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2099-01-01T00:00:00Z")));
            rig.until(() -> rig.permits(HERE));
            long nowMs = rig.clock.now().wallMs();
            assertThat(rig.registry().book().all()).allMatch(lease -> lease.expiresAtMs() <= nowMs + DropRig.TERM_MS);
        }
    }

    @Test
    void changeOfPermissionsIsNoAnnouncementOfAnOldFile() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Path file = rig.write("gwaihir-ip", HERE + "\n");
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            rig.rescan();
            assertThat(rig.events).isEmpty();
        }
    }

    @Test
    void announcingAgainAfterARestartIsHarmless() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
            long endMs = rig.registry().book().all().iterator().next().expiresAtMs();
            rig.turnForMs(20);
            rig.forgetSeen();
            rig.restart();
            rig.passMs(DropRig.TERM_MS / 2);
            rig.until(() -> rig.events.size() == 2); // announced again
            assertThat(rig.registry().book().all()).allMatch(lease -> lease.expiresAtMs() == endMs);
            rig.passMs(DropRig.TERM_MS / 2);
            assertThat(rig.permits(HERE)).isFalse();
            rig.forgetSeen();
            rig.restart();
            rig.rescan();
            assertThat(rig.permits(HERE)).isFalse();
        }
    }

    @Test
    void whatTheOperatorRevokedStaysRevokedAcrossARestart() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
            rig.turnForMs(20);
            rig.revokeAll();
            rig.restart();
            rig.rescan();
            assertThat(rig.permits(HERE)).isFalse();
            rig.write("gwaihir-ip", HERE + "\n");
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void fileFromTheFutureTellsOfAClockThatWasSetBack() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            rig.passMs(-3_600_000);
            assertThat(rig.refusal()).isEqualTo(RefusalCode.FROM_NOT_ALLOWED);
            assertThat(rig.reason()).contains("set back");
        }
    }

    @Test
    void afterAReloadRefusedFilesAreJudgedAnew() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.ALLOWANCE)) {
            rig.write("gwaihir-ip", HERE + "\n");
            assertThat(rig.refusal()).isEqualTo(RefusalCode.ADDRESS_NOT_YOURS);
            rig.rounds.adopt(
                    new DropSettings(rig.settings().directories(), "*-ip", DropSettings.Proof.NONE), rig.roster());
            rig.until(() -> rig.permits(HERE));
        }
    }

    @Test
    void pitfall6DirectoryThatOthersMayWriteIsNotRead() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Files.setPosixFilePermissions(rig.folder, PosixFilePermissions.fromString("rwxrwxrwx"));
            rig.write("gwaihir-ip", HERE + "\n");
            rig.rescan();
            assertThat(rig.events).isEmpty();
            assertThat(rig.rounds.health().troubles()).anyMatch(trouble -> trouble.contains("chmod go-w"));
        }
    }

    @Test
    void nothingInAUsersDirectoryIsChanged() throws Exception {
        try (DropRig rig = rig(DropSettings.Proof.NONE)) {
            Path file = rig.write("gwaihir-ip", HERE + "\n");
            rig.write("broken-ip", "no address\n");
            rig.until(() -> rig.permits(HERE) && !rig.refusals().isEmpty());
            assertThat(Files.readString(file)).isEqualTo(HERE + "\n");
            try (var names = Files.list(rig.folder)) {
                assertThat(names).hasSize(2);
            }
        }
    }
}
