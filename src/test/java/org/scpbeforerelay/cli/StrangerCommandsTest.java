package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say to a user of this host who may not open the control socket: not that nobody is there. */
@Tag("e2e")
final class StrangerCommandsTest {
    private static final List<String> AS_A_STRANGER =
            List.of("setpriv", "--reuid=60777", "--regid=60777", "--clear-groups");

    @TempDir
    Path folder;

    @Test
    void whoMayNotSearchTheRunFolderIsToldSoAndNotThatNobodyAnswers() throws Exception {
        Path state = Files.createDirectories(folder.resolve("state"));
        try (CommandRig rig = new CommandRig(state)) {
            rig.serve();
            everybodyMayRead(folder, state);
            Files.setPosixFilePermissions(state.resolve("run"), PosixFilePermissions.fromString("rwxr-x---"));
            Programs.Result status = asAStranger("status", "--state", state.toString());
            assertThat(status.exitStatus()).as(status.errors()).isEqualTo(77);
            assertThat(status.errors())
                    .contains("you may not open the control socket " + state + "/run/control; ask as root")
                    .doesNotContain("no such socket");
            Programs.Result check = asAStranger("check", "--state", state.toString());
            assertThat(check.output())
                    .contains("advice   you may not open the control socket")
                    .doesNotContain("nobody's announcement is heard");
        }
    }

    private Programs.Result asAStranger(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(AS_A_STRANGER);
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-cp", program() + "/*"));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        return Programs.run(command);
    }

    /** A copy where a stranger may read it: a checkout may lie below somebody's home. */
    private Path program() throws IOException {
        Path copy = folder.resolve("program");
        if (!Files.exists(copy)) {
            Files.createDirectories(copy);
            for (Path from : List.of(Path.of("target"), Path.of("target/lib"))) {
                try (Stream<Path> files = Files.list(from)) {
                    for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                            .toList()) {
                        Files.copy(jar, copy.resolve(jar.getFileName()));
                    }
                }
            }
            everybodyMayRead(copy);
        }
        return copy;
    }

    private static void everybodyMayRead(Path... folders) throws IOException {
        for (Path one : folders) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
