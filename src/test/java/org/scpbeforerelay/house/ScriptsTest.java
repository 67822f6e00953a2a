package org.scpbeforerelay.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher runs in a miniature checkout, among JDKs that only say who they are, with a PATH of its own: what this host has
 * installed plays no part.
 */
final class ScriptsTest {
    private static final List<String> BASE_TOOLS = List.of(
            "cat",
            "chmod",
            "cp",
            "date",
            "dirname",
            "find",
            "flock",
            "grep",
            "head",
            "id",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "tail",
            "timeout",
            "touch");

    @TempDir
    private Path folder;

    private Path checkout;
    private Path places;
    private Path path;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void miniatureCheckout() throws IOException {
        checkout = Files.createDirectories(folder.resolve("a checkout"));
        places = Files.createDirectories(folder.resolve("jvm"));
        path = Files.createDirectories(folder.resolve("bin"));
        Files.createDirectories(checkout.resolve("src/main"));
        Files.createDirectories(checkout.resolve(".mvn"));
        Files.createDirectories(checkout.resolve("lib"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        for (String file : List.of("scp-before-relay", "lib/toolchain.sh", "lib/jvm.options", "lib/daemon.options")) {
            Files.copy(Checkout.ROOT.resolve(file), checkout.resolve(file));
        }
        for (String tool : BASE_TOOLS) {
            script(path.resolve(tool), "exec " + onThisHost(tool) + " \"$@\"\n");
        }
        script(path.resolve("mvn"), """
                printf 'mvn with %s: %s\\n' "$JAVA_HOME" "$*" >>../mvn.log
                mkdir -p target && touch target/scp-before-relay.jar
                """);
        environment.put("PATH", path.toString());
        environment.put("HOME", folder.toString());
        environment.put("SBR_JDK_PLACES", places.toString());
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        List<String> command = new ArrayList<>(List.of("shellcheck", "-x"));
        Checkout.scripts().forEach(script -> command.add(script.toString()));
        assertThat(command).contains("scp-before-relay", "test", "bench", ".ci/run", "lib/toolchain.sh");

        Process shellcheck = new ProcessBuilder(command)
                .directory(Checkout.ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(shellcheck.getInputStream().readAllBytes(), UTF_8))
                .isEmpty();
        assertThat(shellcheck.waitFor()).isZero();
    }

    @Test
    void jdk25IsFoundWhenJavaHomeAndThePathPointAt17() throws Exception {
        Path old = jdk("old", "17.0.19");
        jdk("new", "25.0.1");
        environment.put("JAVA_HOME", old.toString());
        Files.createSymbolicLink(path.resolve("java"), old.resolve("bin/java"));

        assertThat(launch("leases", "--json").out())
                .startsWith("new: ")
                .endsWith("scp-before-relay.jar leases --json\n");
    }

    @Test
    void javaOfThePathCountsWhereverItLies() throws Exception {
        Path elsewhere = jdkIn(folder.resolve("elsewhere"), "25");
        Files.createSymbolicLink(path.resolve("java"), elsewhere.resolve("bin/java"));

        assertThat(launch().out()).startsWith("elsewhere: ");
    }

    @Test
    void lowestSufficientVersionIsTaken() throws Exception {
        jdk("a", "27-ea");
        jdk("b", "25.0.3");
        jdk("c", "26");
        jdk("d", "1.8.0_402");

        assertThat(launch().out()).startsWith("b: ");
    }

    @Test
    void javaHomeIsObeyedWhereItFits() throws Exception {
        jdk("a", "25");
        environment.put("JAVA_HOME", jdk("b", "26").toString());

        assertThat(launch().out()).startsWith("b: ");
    }

    @Test
    void runtimeWithoutCompilerIsNoJdk() throws Exception {
        Path runtime = jdk("a", "25");
        Files.delete(runtime.resolve("bin/javac"));
        jdk("b", "26");

        assertThat(launch().out()).startsWith("b: ");
    }

    @Test
    void withoutAnyJdkTheMessageNamesTheCommands() throws Exception {
        jdk("old", "17.0.19");

        Result result = launch("serve");

        assertThat(result.status()).isEqualTo(78);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("no JDK 25 or newer")
                .contains("too old: " + places.resolve("old") + " (Java 17)")
                .contains("apt-get install openjdk-25-jdk-headless")
                .contains("apt-get install temurin-25-jdk")
                .contains("JAVA_HOME=");
    }

    @Test
    void withoutMavenTheMessageNamesTheCommand() throws Exception {
        jdk("new", "25");
        Files.delete(path.resolve("mvn"));
        // Maven's usual places on this host are not looked at in a checkout that is built.
        Files.createDirectories(checkout.resolve("target"));
        Files.writeString(
                checkout.resolve("lib/toolchain.sh"),
                Checkout.text(Path.of("lib/toolchain.sh"))
                        .replace("/usr/share/maven", folder + "/no-maven")
                        .replace("/opt/*maven*", folder + "/no-maven"));

        Result result = launch();

        assertThat(result.status()).isEqualTo(78);
        assertThat(result.err()).contains("Maven is missing").contains("apt-get install maven");
    }

    @Test
    void aptInstallsTheJdkOnlyHavingSaidSo() throws Exception {
        Files.delete(path.resolve("id"));
        script(path.resolve("id"), "echo 0\n");
        script(path.resolve("apt-cache"), """
                case $2 in temurin-25-jdk) echo '  Candidate: 25.0.1';; *) echo '  Candidate: (none)';; esac
                """);
        jdk("../unpacked", "25");
        script(
                path.resolve("apt-get"),
                "echo apt-get \"$@\"; case $* in *' install '*) mv '" + folder.resolve("unpacked") + "' '" + places
                        + "'; esac\n");

        Result result = launch();

        assertThat(result.err())
                .containsSubsequence(
                        "A JDK 25 is missing. Running: apt-get install -y --no-install-recommends temurin-25-jdk",
                        "apt-get -q -y",
                        "install --no-install-recommends temurin-25-jdk");
        assertThat(result.out()).startsWith("unpacked: ");
    }

    @Test
    void itBuildsOnceAndAgainOnlyWhenASourceIsNewer() throws Exception {
        jdk("new", "25");
        assertThat(launch().err()).matches("scp-before-relay: building … done in \\d+ s\n");
        assertThat(launch().err()).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("mvn.log"))).hasSize(1);

        Path source = Files.writeString(checkout.resolve("src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(2)));
        launch();
        assertThat(Files.readAllLines(folder.resolve("mvn.log")))
                .hasSize(2)
                .allSatisfy(
                        line -> assertThat(line).contains(places.resolve("new").toString(), " package"));
    }

    @Test
    void ofTwoThatStartAtOnceOneBuilds() throws Exception {
        jdk("new", "25");
        List<Process> launchers =
                Stream.of("one", "two", "three").map(this::start).toList();
        for (Process launcher : launchers) {
            assertThat(new String(launcher.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("new: ");
        }
        assertThat(Files.readAllLines(folder.resolve("mvn.log"))).hasSize(1);
    }

    @Test
    void failedBuildShowsItsLastLinesAndStartsNothing() throws Exception {
        jdk("new", "25");
        script(path.resolve("mvn"), "echo 'New.java:[3,7] expected ;'; exit 1\n");

        Result result = launch("serve");

        assertThat(result.status()).isEqualTo(70);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("New.java:[3,7] expected ;").contains("target/build.log");
    }

    @Test
    void itWorksThroughASymlinkAndItsProcessIsTheProgram() throws Exception {
        jdk("new", "25");
        Path link = Files.createSymbolicLink(folder.resolve("sbr"), checkout.resolve("scp-before-relay"));
        launch();

        Process launcher = startFile(link, folder, "serve");
        String out = new String(launcher.getInputStream().readAllBytes(), UTF_8);

        assertThat(out)
                .startsWith("new: ")
                .contains("pid " + launcher.pid() + " ")
                .endsWith("serve\n");
    }

    @Test
    void aotCacheIsMadeByTheProgramAndUsed() throws Exception {
        jdk("new", "25");

        assertThat(launch("serve").out()).contains("-XX:AOTCache=" + checkout.resolve("target/scp-before-relay.aot"));
    }

    @Test
    void theAgentStartsWithoutTheDaemonsCache() throws Exception {
        jdk("new", "25");

        assertThat(launch("announce", "gerard@shadowfax").out())
                .doesNotContain("AOTCache")
                .endsWith("announce gerard@shadowfax\n");
    }

    @Test
    void failedTrainingRunIsNoHindrance() throws Exception {
        Path jdk = jdk("new", "25");
        script(jdk.resolve("bin/java"), "case \"$*\" in *AOTCacheOutput*) exit 1;; esac; echo \"new: $*\"\n");

        Result result = launch("serve");

        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("new: ").doesNotContain("AOTCache");
    }

    @Test
    void flagsOfTheUserComeLast() throws Exception {
        jdk("new", "25");
        environment.put("SBR_JAVA_OPTS", "-Xmx99m -verbose");

        assertThat(launch("status").out()).contains("jvm.options").contains(" -Xmx99m -verbose -jar ");
    }

    @Test
    void daemonHasFlagsOfItsOwn() throws Exception {
        jdk("new", "25");

        assertThat(launch("serve").out()).containsSubsequence("lib/jvm.options", "lib/daemon.options", " -jar ");
        assertThat(launch("status").out()).doesNotContain("daemon.options");
    }

    private Path jdk(String name, String version) throws IOException {
        return jdkIn(places.resolve(name).normalize(), version);
    }

    /** A JDK that says its folder's name, its process and what it was asked for. */
    private static Path jdkIn(Path jdk, String version) throws IOException {
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(jdk.resolve("bin/java"), """
                for argument; do
                    case $argument in -XX:AOTCacheOutput=*) echo cache >"${argument#*=}"; exit;; esac
                done
                echo "%s: pid $$ $*"
                """.formatted(jdk.getFileName()));
        script(jdk.resolve("bin/javac"), "exit 1\n");
        return jdk;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path onThisHost(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(part -> Path.of(part, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("the launcher needs " + tool + ", which is not on the PATH"));
    }

    private Result launch(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Result(process.exitValue(), out, err);
    }

    private Process start(String... arguments) {
        try {
            return startFile(checkout.resolve("scp-before-relay"), checkout, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process startFile(Path file, Path in, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private record Result(int status, String out, String err) {}
}
