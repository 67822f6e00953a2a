package org.scpbeforerelay.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scpbeforerelay.postfix.host.ConfigDirectory;
import org.scpbeforerelay.postfix.host.Postconf;
import org.scpbeforerelay.rig.Host;
import org.scpbeforerelay.rig.NetworkLab;
import org.scpbeforerelay.rig.PostfixHost;
import org.scpbeforerelay.rig.PostfixSettings;

/** Some fifty ways in which a Postfix can be set up, each read by the real postconf, with what is to be said and done of it. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VariantsTest {
    private static final Ours OURS = new Ours(
            Set.of("/var/spool/postfix/scp/policy"),
            List.of("127.0.0.1:10040"),
            List.of("lmdb:/var/lib/scp-before-relay/tables/relay-clients"));

    private NetworkLab lab;
    private Host host;
    private String debian;

    static Stream<Variant> variants() {
        return Variant.all().stream();
    }

    @BeforeAll
    void build() throws IOException {
        lab = NetworkLab.start();
        host = lab.server("shadowfax", List.of("postfix"), "192.0.2.25", "2001:db8::25");
        PostfixHost.on(host, PostfixSettings.forDomain("example.org"));
        // As Debian's packages postfix-lmdb and postfix-cdb leave it; the
        // unpacked file names all that could be installed.
        host.write("/etc/postfix/dynamicmaps.cf", """
                cdb postfix-cdb.so dict_cdb_open mkmap_cdb_open
                lmdb postfix-lmdb.so dict_lmdb_open mkmap_lmdb_open
                """, 0644);
        debian = Files.readString(host.path("/usr/share/postfix/master.cf.dist"));
    }

    @AfterAll
    void close() {
        lab.close();
    }

    @Test
    void thereAreAtLeastFortyOfThem() {
        assertThat(Variant.all()).hasSizeGreaterThanOrEqualTo(40);
    }

    private Postconf written(Variant variant, String folder) throws IOException {
        Path directory = Files.createDirectories(host.folder().resolve(folder).resolve(variant.name()));
        Files.writeString(directory.resolve("main.cf"), variant.mainCf());
        makeOld(directory);
        Files.writeString(directory.resolve("master.cf"), variant.masterCf(debian));
        return new Postconf(host.commandLine(List.of("postconf")), directory);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void pitfall33EverythingThatMattersIsFoundAndNothingElseIsAProblem(Variant variant) throws Exception {
        MailSetup setup = written(variant, "checked").setup();
        List<String> said = said(Examination.of(setup, OURS));
        assertSaid(said, variant.lines("check"));
        assertThat(problems(said)).allMatch(one -> isExpected(one, variant.lines("check")));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void thePlanIsAsExpectedMendsWhatItCanAndIsUndoneToTheByte(Variant variant) throws Exception {
        Postconf postconf = written(variant, "planned");
        MailSetup setup = postconf.setup();
        Plan plan = Planner.plan(setup, OURS, new Way.Policy());
        List<String> expected = variant.lines("plan");
        if (!expected.isEmpty() && expected.getFirst().startsWith("refused: ")) {
            assertThat(plan.refusal()).isNotEmpty();
            assertThat(plan.mainCf()).isEqualTo(setup.mainCf());
            return;
        }
        assertThat(plan.refusal()).isEmpty();
        if (expected.equals(List.of("nothing"))) {
            assertThat(plan.changes()).isEmpty();
            assertThat(plan.mainCf()).isEqualTo(setup.mainCf());
            return;
        }
        List<String> diff = new ArrayList<>(UnifiedDiff.of("main.cf", setup.mainCf(), plan.mainCf()));
        diff.addAll(UnifiedDiff.of("master.cf", setup.masterCf(), plan.masterCf()));
        assertThat(expected).allSatisfy(line -> assertThat(diff).anyMatch(one -> one.startsWith(line)));
        assertThat(plan.changes()).isNotEmpty();
        assertAppliedAndUndone(variant, postconf, setup, plan);
    }

    private void assertAppliedAndUndone(Variant variant, Postconf postconf, MailSetup setup, Plan plan)
            throws Exception {
        ConfigDirectory files = new ConfigDirectory(postconf);
        List<String> before = listing(files.directory());
        files.apply(setup, plan);
        makeOld(files.directory());
        MailSetup applied = postconf.setup();
        List<String> said = said(Examination.of(applied, OURS));
        assertThat(said).anyMatch(one -> one.startsWith("good: Postfix asks this program"));
        assertThat(problems(said)).allMatch(one -> isExpected(one, variant.lines("after")));
        assertThat(Planner.plan(applied, OURS, new Way.Policy()).changes()).isEmpty();
        assertThat(files.undo())
                .hasValueSatisfying(undone -> assertThat(undone.inTheWay()).isEmpty());
        assertThat(Files.readString(files.directory().resolve("main.cf"))).isEqualTo(variant.mainCf());
        assertThat(Files.readString(files.directory().resolve("master.cf"))).isEqualTo(variant.masterCf(debian));
        assertThat(listing(files.directory())).isEqualTo(before);
    }

    /** Postfix's programs wait until a main.cf that they read is older than a second. */
    private static void makeOld(Path directory) throws IOException {
        Files.setLastModifiedTime(directory.resolve("main.cf"), FileTime.fromMillis(0));
    }

    private static List<String> listing(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> said(List<Remark> remarks) {
        return remarks.stream()
                .map(one ->
                        one.weight().name().toLowerCase(Locale.ROOT) + ": " + one.what() + "  (" + one.where() + ")")
                .toList();
    }

    private static List<String> problems(List<String> said) {
        return said.stream().filter(one -> one.startsWith("problem: ")).toList();
    }

    private static void assertSaid(List<String> said, List<String> expected) {
        assertThat(expected).isNotEmpty();
        assertThat(expected)
                .as("of what was said:\n%s", String.join("\n", said))
                .allMatch(line -> said.stream().anyMatch(one -> isExpected(one, List.of(line))));
    }

    private static boolean isExpected(String said, List<String> expected) {
        return expected.stream().anyMatch(line -> {
            int colon = line.indexOf(": ");
            return said.startsWith(line.substring(0, colon + 2)) && said.contains(line.substring(colon + 2));
        });
    }
}
