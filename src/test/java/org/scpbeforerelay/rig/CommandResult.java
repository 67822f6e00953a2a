package org.scpbeforerelay.rig;

import java.util.List;

/**
 * What a command said when it ended.
 *
 * @param exit the exit status; 137 and the like when a signal ended it
 */
public record CommandResult(List<String> command, int exit, String stdout, String stderr) {

    public boolean succeeded() {
        return exit == 0;
    }

    /** This result, if the command exited with 0.
     *
     * @throws IllegalStateException otherwise, with everything the command said
     */
    public CommandResult orThrow() {
        if (!succeeded()) {
            throw new IllegalStateException("exit %d from %s%nstdout: %s%nstderr: %s"
                    .formatted(exit, String.join(" ", command), stdout.strip(), stderr.strip()));
        }
        return this;
    }

    /** Standard output and standard error, one after the other. */
    public String output() {
        return stdout + stderr;
    }
}
