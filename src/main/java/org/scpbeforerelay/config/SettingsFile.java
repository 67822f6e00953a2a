package org.scpbeforerelay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scpbeforerelay.config.Settings.Console;
import org.scpbeforerelay.config.Settings.Drop;
import org.scpbeforerelay.config.Settings.History;
import org.scpbeforerelay.config.Settings.Hook;
import org.scpbeforerelay.config.Settings.Lease;
import org.scpbeforerelay.config.Settings.LoginLog;
import org.scpbeforerelay.config.Settings.Lookup;
import org.scpbeforerelay.config.Settings.Shared;
import org.scpbeforerelay.config.Settings.Ssh;
import org.scpbeforerelay.config.Settings.Store;
import org.scpbeforerelay.config.Settings.Table;
import org.scpbeforerelay.sign.Company;
import org.tomlj.MutableTomlTable;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** Reads {@link Settings} from their TOML file. */
public final class SettingsFile {
    private static final Term SECOND = Term.ofSeconds(1);
    private static final Term LONGEST_TERM = new Term(366 * 86_400_000L);

    private final Path file;
    private final TableReader top;

    private SettingsFile(Path file, TableReader top) {
        this.file = file;
        this.top = top;
    }

    /**
     * The settings of this file; the defaults when there is no such file. Relative paths for {@code trusted_user_ca_keys} and
     * {@code formats} are taken from the file's directory.
     *
     * @throws SettingsException with everything that is wrong
     */
    public static Settings read(Path file) throws SettingsException {
        return read(file, false);
    }

    /** The same of a file that was there before: without it the defaults would count, which nobody has written. */
    public static Settings readAgain(Path file) throws SettingsException {
        return read(file, true);
    }

    private static Settings read(Path file, boolean wasThere) throws SettingsException {
        Problems problems = new Problems(file);
        Optional<String> text = TomlText.read(problems);
        problems.throwIfAny();
        if (text.isEmpty()) {
            if (wasThere) {
                problems.add(null, "was there before and is gone; for the defaults make it an empty file");
            }
            problems.throwIfAny();
            return Settings.DEFAULTS;
        }
        Optional<? extends TomlTable> document = TomlText.parse(text.get(), problems);
        problems.throwIfAny();
        KnownKeys known = new KnownKeys();
        Settings settings = new SettingsFile(file, new TableReader(problems, known, document.orElseThrow())).settings();
        known.report(problems);
        problems.throwIfAny();
        return settings;
    }

    /** What is wrong with a key of this file, found by who knows more of its value; with the key's place, where it stands there. */
    public static SettingsException.Problem problem(Path file, List<String> key, String what) {
        Problems problems = new Problems(file);
        Problems unread = new Problems(file);
        Optional<TomlParseResult> document = TomlText.read(unread).flatMap(text -> TomlText.parse(text, unread));
        problems.add(document.map(toml -> toml.inputPositionOf(key)).orElse(null), what);
        return problems.list().getFirst();
    }

    /** Every key that is read, by the header of its table. The reference is held against this. */
    static Map<String, Set<String>> keys() {
        Path nowhere = Path.of("scp-before-relay.toml");
        KnownKeys known = new KnownKeys();
        new SettingsFile(nowhere, new TableReader(new Problems(nowhere), known, MutableTomlTable.create())).settings();
        return known.keysByTable();
    }

    private Settings settings() {
        TableReader inLease = top.table("lease");
        Lease lease = lease(inLease);
        Settings settings = new Settings(
                lease,
                ssh(top.table("ssh")),
                drop(top.table("drop")),
                loginLog(top.table("login_log"), bound(inLease, lease.maxTerm())),
                shared(top.table("shared")),
                lookup(top.table("lookup")),
                tables(),
                hooks(),
                store(top.table("store")),
                history(top.table("history")),
                console(top.table("console")));
        top.done();
        return settings;
    }

    private static Lease lease(TableReader in) {
        Lease defaults = Lease.DEFAULTS;
        Term term = in.text("term", defaults.term(), Term::parse);
        Term maxTerm = in.text("max_term", defaults.maxTerm(), SettingValues.within(SECOND, LONGEST_TERM));
        Term grace = in.text(
                "hold_grace", defaults.holdGrace(), SettingValues.within(Term.ofSeconds(5), Term.ofSeconds(3_600)));
        Term bound = bound(in, maxTerm);
        Lease lease = new Lease(
                atMost(bound, in, "term", term),
                maxTerm,
                atMost(bound, in, "hold_grace", grace),
                in.list("special_networks", defaults.specialNetworks(), SettingValues::network));
        in.done();
        return lease;
    }

    /** What other terms are held against; one that could not be read itself says nothing about them. */
    private static Term bound(TableReader lease, Term maxTerm) {
        return lease.isWell("max_term") ? maxTerm : LONGEST_TERM;
    }

    /**
     * A term under the longest one: a written one that is longer is a problem, but a default gives way, so that a short
     * {@code max_term} can be written alone.
     */
    private static Term atMost(Term bound, TableReader in, String key, Term term) {
        if (term.compareTo(bound) <= 0) {
            return term;
        }
        if (in.has(key) && in.isWell(key)) {
            in.problem(
                    key,
                    in.named(key) + " " + term + " is longer than [lease] max_term " + bound
                            + "; shorten the one or lengthen the other");
        }
        return bound;
    }

    private Ssh ssh(TableReader in) {
        Ssh defaults = Ssh.DEFAULTS;
        Ssh ssh = new Ssh(
                in.distinctList("listen", defaults.listen(), ListenAddress.Tcp::parse),
                in.text("host_keys", defaults.hostKeys(), SettingValues::path),
                in.optional("trusted_user_ca_keys", "authorities", this::pathBeside)
                        .orElse(null),
                in.text("login_grace", defaults.loginGrace(), SettingValues.within(SECOND, Term.ofSeconds(600))),
                in.whole("max_unauthenticated", defaults.maxUnauthenticated(), 10, 100_000),
                in.distinctList("proxies", defaults.proxies(), SettingValues::proxy));
        in.done();
        return ssh;
    }

    private static Drop drop(TableReader in) {
        Drop defaults = Drop.DEFAULTS;
        Drop drop = new Drop(
                in.distinctList("directories", defaults.directories(), SettingValues::absolute),
                in.text("pattern", defaults.pattern(), SettingValues::dropPattern),
                in.word("proof", defaults.proof()),
                in.distinctList("sshd_log", defaults.sshdLog(), SettingValues::fileOrUnit));
        in.done();
        return drop;
    }

    private LoginLog loginLog(TableReader in, Term bound) {
        LoginLog defaults = LoginLog.DEFAULTS;
        Path formats = in.optional("formats", "formats", this::pathBeside).orElse(null);
        LoginLog log = new LoginLog(
                in.distinctList("files", defaults.files(), text -> Path.of(SettingValues.absolute(text))),
                in.distinctList("journal", defaults.journal(), SettingValues::unit),
                in.distinctList("services", defaults.services(), text -> SettingValues.service(text, formats != null)),
                formats,
                atMost(bound, in, "term", in.text("term", defaults.term(), Term::parse)),
                in.word("users", defaults.users()),
                in.flag("end_at_logout", defaults.endAtLogout()));
        in.done();
        return log;
    }

    private static Shared shared(TableReader in) {
        Shared defaults = Shared.DEFAULTS;
        Shared shared = new Shared(
                in.whole("max_users", defaults.maxUsers(), 0, Company.OTHERS_MAX),
                in.whole("max_addresses", defaults.maxAddresses(), 0, 10_000),
                in.whole("many_addresses", defaults.manyAddresses(), 2, 10_000),
                in.text("moved_within", defaults.movedWithin(), SettingValues.within(SECOND, Term.ofSeconds(86_400))),
                in.word("moved", defaults.moved()),
                in.word("behind_nat", defaults.behindNat()));
        in.done();
        return shared;
    }

    private static Lookup lookup(TableReader in) {
        Lookup defaults = Lookup.DEFAULTS;
        Lookup lookup = new Lookup(
                in.distinctList("listen", defaults.listen(), ListenAddress::parse),
                in.word("wrong_sender", defaults.wrongSender()),
                in.flag("audit_header", defaults.auditHeader()));
        in.done();
        return lookup;
    }

    private List<Table> tables() {
        table(top.absent("[[table]]"));
        List<String> names = new ArrayList<>();
        return top.tables("table").stream()
                .map(in -> {
                    Table table = table(in);
                    if (!in.has("name")) {
                        in.problem("name", "[[table]] needs a name, like name = \"relay-clients\"");
                    } else if (in.isWell("name") && names.contains(table.name())) {
                        in.problem("name", "[[table]] name: two tables have the name '" + table.name() + "'");
                    }
                    names.add(table.name());
                    in.done();
                    return table;
                })
                .toList();
    }

    private static Table table(TableReader in) {
        return new Table(
                in.text("name", "", SettingValues::tableName),
                in.word("type", Table.Type.LMDB),
                in.word("value", Table.Value.OK));
    }

    private List<Hook> hooks() {
        hook(top.absent("[[hook]]"));
        return top.tables("hook").stream()
                .map(in -> {
                    Hook hook = hook(in);
                    if (hook.run().isEmpty() && in.isWell("run")) {
                        in.problem("run", "[[hook]] needs a program, like run = [\"/usr/local/bin/on-relay-change\"]");
                    } else if (in.isWell("run") && !hook.run().getFirst().startsWith("/")) {
                        in.problem(
                                "run",
                                0,
                                "[[hook]] run: '" + hook.run().getFirst()
                                        + "' is no absolute path; no shell looks for the program");
                    }
                    in.done();
                    return hook;
                })
                .toList();
    }

    private static Hook hook(TableReader in) {
        return new Hook(in.list("run", List.of(), SettingValues::argument));
    }

    private static Store store(TableReader in) {
        Store defaults = Store.DEFAULTS;
        Store store =
                new Store(in.text("url", defaults.url(), StoreUrl::checked), in.word("when_away", defaults.whenAway()));
        in.done();
        return store;
    }

    private static History history(TableReader in) {
        History defaults = History.DEFAULTS;
        History history = new History(
                in.text(
                        "keep",
                        defaults.keep(),
                        SettingValues.within(Term.ofSeconds(3_600), new Term(36_500 * 86_400_000L))),
                in.text("max_size", defaults.maxSize(), SettingValues::historySize),
                in.flag("mails", defaults.mails()));
        in.done();
        return history;
    }

    private static Console console(TableReader in) {
        Optional<ListenAddress.Tcp> listen =
                in.text("listen", Optional.ofNullable(Console.DEFAULTS.listen()), SettingsFile::consoleAddress);
        Console console = new Console(listen.orElse(null));
        in.done();
        return console;
    }

    private static Optional<ListenAddress.Tcp> consoleAddress(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(ListenAddress.Tcp.parse(text));
    }

    /** A path as seen from the settings file's directory; none for the empty text. */
    private Optional<Path> pathBeside(String text) {
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(file.toAbsolutePath().resolveSibling(SettingValues.path(text)));
    }
}
