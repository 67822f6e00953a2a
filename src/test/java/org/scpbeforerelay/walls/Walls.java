package org.scpbeforerelay.walls;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.store.LeaseStore;

/**
 * The walls of a house whose packages lie under {@code root}. They hold for rooms that do not exist yet as well: every rule
 * may find no class to look at.
 *
 * @param root the package of the house: the program's, or that of the planted breaches
 */
record Walls(String root) {
    /** Lowest first: each may know those before it. */
    private static final List<String> CORE = List.of("address", "lease", "sign", "announce", "quota", "relay");

    /** One technology each. Where there is a {@code .*}, every package below is an edge of its own. */
    private static final List<String> EDGES = List.of("source.*", "lookup", "sink.*", "store.*", "agent", "console");

    private static final List<String> SHELL = List.of("config", "control", "cli", "daemon");

    private static final Set<String> JAVA_OF_THE_CORE = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.runtime",
            "java.util",
            "java.util.function",
            "java.util.stream",
            "java.util.regex",
            "java.math",
            "java.nio.charset",
            "java.util.concurrent.atomic",
            "org.jspecify.annotations");

    /** Classes that hold values in places that many threads may read; nothing that runs or waits. */
    private static final Set<String> MORE_OF_THE_CORE = Set.of(
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentSkipListMap",
            "java.util.concurrent.ConcurrentNavigableMap",
            "java.net.InetAddress",
            "java.net.UnknownHostException",
            Moment.class.getName());

    private static final Set<String> NOT_EVEN_OF_JAVA_LANG = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.Runtime",
            "java.util.Timer",
            "java.util.Scanner",
            "java.util.Date",
            "java.util.Calendar",
            "java.util.GregorianCalendar",
            "java.util.Random");

    ArchRule coreIsPure() {
        return CompositeArchRule.of(classes()
                        .that(in(CORE))
                        .should()
                        .onlyDependOnClassesThat(describe("are values and functions", this::isPure))
                        .because("the core is a function of its arguments: no I/O, no clock, no thread, no logging")
                        .allowEmptyShould(true))
                .and(noClasses()
                        .that(in(CORE))
                        .should()
                        .accessTargetWhere(describe("is System, but for arraycopy", Walls::isSystem))
                        .because("time, settings and output come in as arguments or not at all")
                        .allowEmptyShould(true));
    }

    private boolean isPure(JavaClass type) {
        JavaClass plain = type.getBaseComponentType();
        return plain.isPrimitive()
                || inCore(plain)
                || MORE_OF_THE_CORE.contains(plain.getName())
                || JAVA_OF_THE_CORE.contains(plain.getPackageName())
                        && !NOT_EVEN_OF_JAVA_LANG.contains(plain.getName());
    }

    private boolean inCore(JavaClass type) {
        return CORE.stream().anyMatch(room -> resideInAnyPackage(below(room)).test(type));
    }

    private static boolean isSystem(JavaAccess<?> access) {
        return access.getTargetOwner().isEquivalentTo(System.class)
                && !access.getName().equals("arraycopy");
    }

    ArchRule coreIsInLayers() {
        List<ArchRule> rules = new ArrayList<>();
        for (int i = 0; i < CORE.size() - 1; i++) {
            rules.add(noClasses()
                    .that(in(List.of(CORE.get(i))))
                    .should()
                    .dependOnClassesThat(in(CORE.subList(i + 1, CORE.size())))
                    .because(
                            "addresses know no leases, leases no signs, signs no announcements, announcements no quotas, quotas no decisions")
                    .allowEmptyShould(true));
        }
        return CompositeArchRule.of(rules);
    }

    ArchRule packagesHaveNoCycles() {
        return slices().matching(root + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("the way of the data is one-way")
                .allowEmptyShould(true);
    }

    ArchRule edgesDoNotKnowEachOther() {
        return slices().assignedFrom(new EdgeOf(root))
                .should()
                .notDependOnEachOther()
                .because("each is one technology, and can be taken out without touching another")
                .allowEmptyShould(true);
    }

    /** {@code source.ssh.upload} belongs to the edge {@code source.ssh}; {@code store} itself is a port and no edge. */
    private record EdgeOf(String root) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            if (!name.startsWith(root + ".")) {
                return SliceIdentifier.ignore();
            }
            String[] rooms = name.substring(root.length() + 1).split("\\.");
            if (EDGES.contains(rooms[0])) {
                return SliceIdentifier.of(rooms[0]);
            }
            return rooms.length > 1 && EDGES.contains(rooms[0] + ".*")
                    ? SliceIdentifier.of(rooms[0], rooms[1])
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "edges of " + root;
        }
    }

    ArchRule edgesDoNotKnowTheShell() {
        return noClasses()
                .that(in(EDGES))
                .should()
                .dependOnClassesThat(in(SHELL))
                .because(
                        "an edge takes its few settings in its constructor; whose file they stand in is not its affair")
                .allowEmptyShould(true);
    }

    ArchRule engineKnowsNeitherEdgesNorShell() {
        return noClasses()
                .that(in(List.of("registry", "store", "clock", "key")).and(not(in(EDGES))))
                .should()
                .dependOnClassesThat(in(EDGES).or(in(SHELL)))
                .because("the registry is driven as it is by the daemon, by tests and by the simulation")
                .allowEmptyShould(true);
    }

    ArchRule onlyTheDaemonWires() {
        List<String> others = Stream.concat(
                        CORE.stream(), Stream.of("registry", "clock", "key", "config", "control", "cli", "view"))
                .toList();
        List<String> wired =
                EDGES.stream().filter(edge -> !edge.equals("agent")).toList();
        return CompositeArchRule.of(noClasses()
                        .that(in(others))
                        .should()
                        .dependOnClassesThat(in(wired))
                        .because("daemon.Daemon is the one composition root; the agent alone is a command of its own")
                        .allowEmptyShould(true))
                .and(noClasses()
                        .that(inHouse())
                        .and(not(in(List.of("daemon", "registry"))))
                        .should()
                        .accessTargetWhere(describe("makes a registry or its thread", Walls::makesARegistry))
                        .because("there is one registry, and the daemon makes it")
                        .allowEmptyShould(true));
    }

    private static boolean makesARegistry(JavaAccess<?> access) {
        return access.getName().equals("<init>")
                && (access.getTargetOwner().isEquivalentTo(Registry.class)
                        || access.getTargetOwner().isEquivalentTo(RegistryThread.class));
    }

    ArchRule timeComesFromTheClock() {
        return CompositeArchRule.of(noClasses()
                        .that(inHouse())
                        .and(not(in(List.of("clock", "cli", "store"))))
                        .should()
                        .accessTargetWhere(describe("asks the machine for the time of day", Walls::asksForTheTime))
                        .because(
                                "a test sets the clock; what a terminal shows and how a file set aside is named end no lease")
                        .allowEmptyShould(true))
                .and(noClasses()
                        .that(in(CORE).or(in(List.of("registry"))))
                        .should()
                        .accessTargetWhere(describe("has a stopwatch", Walls::isStopwatch))
                        .because(
                                "it stands still while the machine sleeps; an event loop may pace itself by it, a lease not")
                        .allowEmptyShould(true));
    }

    private static boolean isStopwatch(JavaAccess<?> access) {
        return access.getTargetOwner().isEquivalentTo(System.class)
                && access.getName().equals("nanoTime");
    }

    private static boolean asksForTheTime(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getName();
        return owner.equals("java.lang.System") && name.equals("currentTimeMillis")
                || owner.startsWith("java.time.") && name.equals("now")
                || owner.equals("java.time.Clock") && name.startsWith("system")
                || owner.equals("java.util.Date") && name.equals("<init>")
                || owner.equals("java.util.Calendar") && name.equals("getInstance");
    }

    ArchRule registryIsTheOneWriter() {
        return noClasses()
                .that(inHouse())
                .and(not(in(List.of("registry"))))
                .and(not(describe("are the book", type -> type.isEquivalentTo(LeaseBook.class))))
                .and(not(describe("are a store", type -> type.isAssignableTo(LeaseStore.class))))
                .should()
                .accessTargetWhere(describe("writes leases", Walls::writesLeases))
                .because("what is granted is judged, recorded and published in one place and one order")
                .allowEmptyShould(true);
    }

    private static boolean writesLeases(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getName();
        return owner.isEquivalentTo(LeaseBook.class) && (name.equals("put") || name.equals("remove"))
                || owner.isAssignableTo(LeaseStore.class) && name.equals("commit");
    }

    ArchRule addressesNeverAskDns() {
        return noClasses()
                .that(in(CORE).or(in(List.of("registry", "key", "lookup", "source", "sink", "store"))))
                .should()
                .accessTargetWhere(describe("resolves a name", Walls::resolves))
                .because("a client's bytes must not make us ask a stranger's name server, nor wait for it")
                .allowEmptyShould(true);
    }

    private static boolean resolves(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        return (owner.isAssignableTo(InetAddress.class) || owner.isAssignableTo(InetSocketAddress.class))
                && Set.of("getByName", "getAllByName", "getLocalHost", "getHostName", "getCanonicalHostName")
                        .contains(access.getName());
    }

    ArchRule namesSayWhatATypeIs() {
        return noClasses()
                .that(inHouse())
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)")
                .because("such a name says nothing: name what it does")
                .allowEmptyShould(true);
    }

    private DescribedPredicate<JavaClass> inHouse() {
        return resideInAnyPackage(root + "..");
    }

    private DescribedPredicate<JavaClass> in(List<String> rooms) {
        return resideInAnyPackage(rooms.stream().map(this::below).toArray(String[]::new));
    }

    private String below(String room) {
        return root + "." + room + "..";
    }
}
