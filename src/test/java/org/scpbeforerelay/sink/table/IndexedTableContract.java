package org.scpbeforerelay.sink.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.scpbeforerelay.rig.CommandResult;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;

/** What tables with an index have to hold beside, when the real program that makes the index fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IndexedTableContract extends AwayTableContract {
    private NetworkLab lab;
    Host host;
    PostfixHost postfix;

    @BeforeAll
    void startLab() {
        lab = NetworkLab.start();
        host = lab.server("shadowfax", packages(), "192.0.2.25");
        postfix = PostfixHost.on(host, PostfixSettings.forDomain("example.org"));
    }

    @AfterAll
    void closeLab() {
        lab.close();
    }

    List<String> packages() {
        return List.of("postfix");
    }

    /** The command of the program that makes the index, as its words. */
    List<String> indexer() {
        return host.commandLine(
                List.of("postmap", "-c", postfix.configDirectory().toString()));
    }

    @Override
    TableTools tools() {
        return toolsWith(indexer());
    }

    private TableTools toolsWith(List<String> indexer) {
        List<String> postconf = host.commandLine(
                List.of("postconf", "-c", postfix.configDirectory().toString()));
        return new TableTools(indexer, postconf, indexer, List.of("smtpctl"), Duration.ofSeconds(20));
    }

    /** Asked for every address there ever was, as a mail server asks. */
    @Override
    List<String> read() throws Exception {
        List<String> command = List.of(
                "postmap",
                "-c",
                postfix.configDirectory().toString(),
                "-q",
                "-",
                type().word() + ":" + scene.files().text());
        String keys = "unknown\n203.0.113\n" + String.join("\n", scene.everGranted());
        CommandResult result = host.exec(Duration.ofSeconds(20), keys, command);
        assertThat(result.stderr()).isEmpty();
        return result.stdout().lines().map(line -> line.replace('\t', ' ')).toList();
    }

    /** A script in front of the program; {@code "$@"} in it runs the program. */
    private TableTools toolsBehind(String script) throws IOException {
        Path file = folder.resolve("wrapper");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> words = new ArrayList<>(List.of(file.toString()));
        words.addAll(indexer());
        return toolsWith(words);
    }

    @Test
    void aFailedProgramLeavesTheLastGoodTableWhileAllLeasesInItLast() throws Exception {
        scene.startAnewWith(toolsBehind("[ ! -e " + folder + "/fail ] && exec \"$@\"; echo no room >&2; exit 1"));
        scene.grant("gerard/gwaihir", "203.0.113.7", 600_000);
        scene.round();
        Files.createFile(folder.resolve("fail"));
        scene.grant("frodo/phone", "203.0.113.9", 600_000);
        scene.round();
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.7"));
        assertThat(scene.health().failure()).contains("status 1").contains("no room");
        assertThat(scene.health().failures()).isEqualTo(2);
        Files.delete(folder.resolve("fail"));
        scene.round();
        assertThat(read()).containsExactlyInAnyOrder(line("203.0.113.7"), line("203.0.113.9"));
        assertThat(scene.health().failure()).isNull();
    }

    @Test
    void aTableThatCannotBeWrittenIsEmptiedWhenALeaseInItHasEndedAndFilledAgainAsSoonAsItCan() throws Exception {
        scene.startAnewWith(toolsBehind("[ ! -e " + folder + "/fail ] && exec \"$@\"; exit 1"));
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.grant("frodo/phone", "203.0.113.9", 600_000);
        scene.round();
        Files.createFile(folder.resolve("fail"));
        scene.clock.passMs(60_000);
        scene.roundNow();
        assertThat(read()).hasSize(2);
        for (int i = 0; i < 3; i++) {
            scene.round();
        }
        assertThat(read()).isEmpty();
        assertThat(scene.health().withdrawn()).isTrue();
        Files.delete(folder.resolve("fail"));
        scene.round();
        assertThat(read()).containsExactly(line("203.0.113.9"));
        assertThat(scene.health().withdrawn()).isFalse();
    }

    @Test
    void theExpirerEmptiesATableThatItCannotWriteWhenALeaseInItHasEnded() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 60_000);
        scene.grant("frodo/phone", "203.0.113.9", 600_000);
        scene.round();
        scene.kill();
        scene.clock.passMs(60_000);
        var report = new TableExpirer(folder, toolsBehind("exit 1"), scene.clock).expire();
        assertThat(report.succeeded()).isFalse();
        assertThat(read()).isEmpty();
        scene.expire();
        assertThat(read()).containsExactly(line("203.0.113.9"));
    }

    @Test
    void pitfall31AMissingProgramIsSaidWithItsRemedyAndNothingIsPublished() throws Exception {
        scene.grant("gerard/gwaihir", "203.0.113.7", 600_000);
        scene.round();
        scene.startAnewWith(toolsWith(List.of("/nonexistent/postmap")));
        assertThat(scene.health().failure()).contains("/nonexistent/postmap").contains("apt-get install");
        assertThat(read()).containsExactly(line("203.0.113.7"));
    }

    @Test
    void pitfall31AnInterruptedProgramNeverLeavesAShortTable() throws Exception {
        // Killed at random, a few milliseconds after it began, in the midst of whatever it does.
        scene.startAnewWith(toolsBehind("exec 3<&0; \"$@\" <&3 & p=$!\n"
                + "[ $(($(od -An -N1 -tu1 /dev/urandom) % 2)) = 0 ] || { sleep 0.00$(($(od -An -N1 -tu1 /dev/urandom) % 9)); kill -9 $p; }\n"
                + "wait $p"));
        Random random = new Random(31);
        Set<String> lasting = new TreeSet<>();
        for (int i = 0; i < 600; i++) {
            String address = "10.2." + i / 250 + "." + i % 250;
            scene.grant("gerard/d" + i, address, 10 * TableScene.TERM_MS);
            lasting.add(line(address));
        }
        for (int tries = 0; tries < 40 && scene.health().rows() < lasting.size(); tries++) {
            scene.round();
        }
        assertThat(scene.health().rows()).as("%s", scene.health()).isEqualTo(lasting.size());
        for (int i = 0; i < 60; i++) {
            scene.grant("frodo/d" + i, "10.3.0." + random.nextInt(250), 10 * TableScene.TERM_MS);
            scene.clock.passMs(1_000);
            scene.roundNow();
            assertThat(read()).as("after round %d", i).containsAll(lasting);
        }
        assertThat(scene.health().failures()).isPositive();
    }
}
