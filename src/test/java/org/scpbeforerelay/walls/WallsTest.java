package org.scpbeforerelay.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.scpbeforerelay.walls.breach.address.AddressByName;
import org.scpbeforerelay.walls.breach.address.AddressThatKnowsLeases;
import org.scpbeforerelay.walls.breach.announce.RuleInAThread;
import org.scpbeforerelay.walls.breach.announce.RuleInAnExecutor;
import org.scpbeforerelay.walls.breach.cli.CommandThatStartsAnEndpoint;
import org.scpbeforerelay.walls.breach.cli.CommandWithARegistryOfItsOwn;
import org.scpbeforerelay.walls.breach.console.PageThatCommits;
import org.scpbeforerelay.walls.breach.console.PageThatEmptiesTheBook;
import org.scpbeforerelay.walls.breach.console.PageThatWritesTheBook;
import org.scpbeforerelay.walls.breach.control.DoorThatKnowsTheKey;
import org.scpbeforerelay.walls.breach.key.KeyHelper;
import org.scpbeforerelay.walls.breach.key.KeyThatKnowsTheDoor;
import org.scpbeforerelay.walls.breach.lease.LeaseFromAFile;
import org.scpbeforerelay.walls.breach.lease.LeaseThatLogs;
import org.scpbeforerelay.walls.breach.lookup.ListenerByTheMachinesClock;
import org.scpbeforerelay.walls.breach.lookup.ListenerThatKnowsTheEndpoint;
import org.scpbeforerelay.walls.breach.lookup.ListenerThatReadsSettings;
import org.scpbeforerelay.walls.breach.registry.RegistryThatKnowsItsStore;
import org.scpbeforerelay.walls.breach.registry.RegistryThatReadsSettings;
import org.scpbeforerelay.walls.breach.registry.RegistryWithAStopwatch;
import org.scpbeforerelay.walls.breach.relay.DecisionByAClock;
import org.scpbeforerelay.walls.breach.relay.DecisionByAnInstant;
import org.scpbeforerelay.walls.breach.relay.DecisionByTheMachinesClock;
import org.scpbeforerelay.walls.breach.relay.DecisionOverASocket;
import org.scpbeforerelay.walls.breach.source.drop.DropThatKnowsTheEndpoint;
import org.scpbeforerelay.walls.breach.source.ssh.Endpoint;
import org.scpbeforerelay.walls.breach.source.ssh.upload.Upload;

/** Each wall stands in the program, and falls where it is breached. */
final class WallsTest {
    private static final String PROGRAM = "org.scpbeforerelay";
    private static final Walls WALLS = new Walls(PROGRAM);
    private static final Walls BREACHED = new Walls(PROGRAM + ".walls.breach");

    private static JavaClasses program = new ClassFileImporter().importClasses();

    @BeforeAll
    static void readTheProgram() {
        program = new ClassFileImporter()
                .importPath(Path.of(System.getProperty("project.root", ""), "target", "classes"));
    }

    @Test
    void theProgramIsThereToBeLookedAt() {
        assertThat(program.size()).isGreaterThan(60);
        assertThat(program).noneMatch(type -> type.getPackageName().startsWith(PROGRAM + ".walls"));
        assertThat(program.contain(PROGRAM + ".registry.Registry")).isTrue();
    }

    @Test
    void everyWallHasItsTest() {
        Set<String> tests = Arrays.stream(WallsTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        assertThat(Walls.class.getDeclaredMethods())
                .filteredOn(method -> method.getReturnType() == ArchRule.class)
                .extracting(Method::getName)
                .allMatch(wall -> tests.stream().anyMatch(test -> test.endsWith(wall.toLowerCase(Locale.ROOT))));
    }

    @Test
    void theCoreIsPure() {
        assertStands(Walls::coreIsPure);
        assertFalls(Walls::coreIsPure, LeaseFromAFile.class);
        assertFalls(Walls::coreIsPure, LeaseThatLogs.class);
        assertFalls(Walls::coreIsPure, RuleInAThread.class);
        assertFalls(Walls::coreIsPure, RuleInAnExecutor.class);
        assertFalls(Walls::coreIsPure, DecisionByTheMachinesClock.class);
        assertFalls(Walls::coreIsPure, DecisionByAnInstant.class);
        assertFalls(Walls::coreIsPure, DecisionByAClock.class);
        assertFalls(Walls::coreIsPure, DecisionOverASocket.class);
    }

    @Test
    void theCoreIsInLayers() {
        assertStands(Walls::coreIsInLayers);
        assertFalls(Walls::coreIsInLayers, AddressThatKnowsLeases.class);
    }

    @Test
    void packagesHaveNoCycles() {
        assertStands(Walls::packagesHaveNoCycles);
        assertFalls(Walls::packagesHaveNoCycles, KeyThatKnowsTheDoor.class, DoorThatKnowsTheKey.class);
    }

    @Test
    void edgesDoNotKnowEachOther() {
        assertStands(Walls::edgesDoNotKnowEachOther);
        assertFalls(Walls::edgesDoNotKnowEachOther, DropThatKnowsTheEndpoint.class, Endpoint.class, Upload.class);
        assertFalls(Walls::edgesDoNotKnowEachOther, ListenerThatKnowsTheEndpoint.class, Endpoint.class, Upload.class);
        BREACHED.edgesDoNotKnowEachOther().check(new ClassFileImporter().importClasses(Endpoint.class, Upload.class));
    }

    @Test
    void edgesDoNotKnowTheShell() {
        assertStands(Walls::edgesDoNotKnowTheShell);
        assertFalls(Walls::edgesDoNotKnowTheShell, ListenerThatReadsSettings.class);
    }

    @Test
    void theEngineKnowsNeitherEdgesNorShell() {
        assertStands(Walls::engineKnowsNeitherEdgesNorShell);
        assertFalls(Walls::engineKnowsNeitherEdgesNorShell, RegistryThatKnowsItsStore.class);
        assertFalls(Walls::engineKnowsNeitherEdgesNorShell, RegistryThatReadsSettings.class);
    }

    @Test
    void onlyTheDaemonWires() {
        assertStands(Walls::onlyTheDaemonWires);
        assertFalls(Walls::onlyTheDaemonWires, CommandThatStartsAnEndpoint.class);
        assertFalls(Walls::onlyTheDaemonWires, CommandWithARegistryOfItsOwn.class);
    }

    @Test
    void timeComesFromTheClock() {
        assertStands(Walls::timeComesFromTheClock);
        assertFalls(Walls::timeComesFromTheClock, ListenerByTheMachinesClock.class);
        assertFalls(Walls::timeComesFromTheClock, RegistryWithAStopwatch.class);
        assertFalls(Walls::timeComesFromTheClock, DecisionByAnInstant.class);
        assertFalls(Walls::timeComesFromTheClock, DecisionByTheMachinesClock.class);
    }

    @Test
    void theRegistryIsTheOneWriter() {
        assertStands(Walls::registryIsTheOneWriter);
        assertFalls(Walls::registryIsTheOneWriter, PageThatWritesTheBook.class);
        assertFalls(Walls::registryIsTheOneWriter, PageThatEmptiesTheBook.class);
        assertFalls(Walls::registryIsTheOneWriter, PageThatCommits.class);
    }

    @Test
    void addressesNeverAskDns() {
        assertStands(Walls::addressesNeverAskDns);
        assertFalls(Walls::addressesNeverAskDns, AddressByName.class);
    }

    @Test
    void namesSayWhatATypeIs() {
        assertStands(Walls::namesSayWhatATypeIs);
        assertFalls(Walls::namesSayWhatATypeIs, KeyHelper.class);
    }

    private static void assertStands(Function<Walls, ArchRule> wall) {
        wall.apply(WALLS).check(program);
    }

    /** The first class is the one that breaches the wall; the others are those that it must not know. */
    private static void assertFalls(Function<Walls, ArchRule> wall, Class<?> breach, Class<?>... known) {
        JavaClasses planted = new ClassFileImporter()
                .importClasses(
                        Stream.concat(Stream.of(breach), Arrays.stream(known)).toList());
        ArchRule rule = wall.apply(BREACHED);
        assertThatThrownBy(() -> rule.check(planted))
                .as("%s on %s", rule.getDescription(), breach.getSimpleName())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(breach.getSimpleName());
    }
}
