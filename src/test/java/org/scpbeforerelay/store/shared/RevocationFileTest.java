package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.lease.LeaseSource;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.shared.SharedRecord.Revoked;

final class RevocationFileTest {
    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void place() {
        file = folder.resolve("revocations");
    }

    @Test
    void whatWasAddedIsThereAfterAStartUntilItIsOver() throws StoreException {
        Revoked shorter = revoked("gerard/gwaihir", "203.0.113.7", LeaseSource.SSH, 2_000);
        Revoked longer = revoked("gerard/login", "2001:db8::7", LeaseSource.LOGIN_LOG, 3_000);
        new RevocationFile(file).add(List.of(shorter, longer), 1_000);

        assertThat(new RevocationFile(file).load(1_000)).containsExactly(shorter, longer);
        assertThat(new RevocationFile(file).load(2_000)).containsExactly(longer);
        assertThat(new RevocationFile(file).load(1_000)).containsExactly(longer);
    }

    @Test
    void aDamagedLineIsPassedOver() throws StoreException, IOException {
        Revoked first = revoked("gerard/gwaihir", "203.0.113.7", LeaseSource.SSH, 2_000);
        Revoked second = revoked("gerard/landroval", "203.0.113.7", LeaseSource.SSH, 2_000);
        RevocationFile revocations = new RevocationFile(file);
        revocations.add(List.of(first), 1_000);
        Files.writeString(file, "2000 half a li\n", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
        revocations.add(List.of(second), 1_000);

        assertThat(new RevocationFile(file).load(1_000)).containsExactly(first, second);
    }

    @Test
    void whatIsAddedAfterAWriteThatFailedHalfWayIsNotWrittenBehindTheHalfOfIt() throws StoreException, IOException {
        Revoked first = revoked("gerard/gwaihir", "203.0.113.7", LeaseSource.SSH, 2_000);
        Revoked second = revoked("gerard/landroval", "203.0.113.7", LeaseSource.SSH, 2_000);
        Revoked third = revoked("gerard/meneldor", "203.0.113.7", LeaseSource.SSH, 2_000);
        RevocationFile revocations = new RevocationFile(file);
        revocations.add(List.of(first), 1_000);
        String written = Files.readString(file);
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> revocations.add(List.of(second), 1_000)).isInstanceOf(StoreException.class);
        Files.delete(file);
        // As a disk leaves it that was full after some bytes.
        Files.writeString(file, written + "2000 gerard/landroval");
        revocations.add(List.of(third), 1_000);

        assertThat(new RevocationFile(file).load(1_000)).containsExactly(first, second, third);
    }

    @Test
    void nothingIsThereAtFirst() throws StoreException {
        assertThat(new RevocationFile(file).load(1_000)).isEmpty();
    }

    private static Revoked revoked(String principal, String address, LeaseSource source, long untilMs) {
        ClientAddress parsed = ClientAddress.tryParse(address).orElseThrow();
        return new Revoked(77, LeaseKey.of(Principal.parse(principal), parsed, source), untilMs);
    }
}
