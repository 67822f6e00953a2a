package org.scpbeforerelay.story;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;

/** A clock that stands still at what a file says, so that a test can set the time of a daemon in another process. */
final class ClockFile implements Clock {
    private final Path file;

    ClockFile(Path file) {
        this.file = file;
    }

    /** Sets both clocks. */
    void set(Moment moment) {
        try {
            Path beside = Files.writeString(
                    file.resolveSibling(file.getFileName() + ".new"), moment.wallMs() + " " + moment.monotonicMs());
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets time pass. */
    void pass(long ms) {
        set(now().plusMs(ms));
    }

    @Override
    public Moment now() {
        try {
            String[] both = Files.readString(file).trim().split(" ");
            return new Moment(Long.parseLong(both[0]), Long.parseLong(both[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String bootId() {
        return "story";
    }

    @Override
    public boolean isSynchronised() {
        return true;
    }
}
