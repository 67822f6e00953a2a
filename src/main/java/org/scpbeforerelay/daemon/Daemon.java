package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlServer;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lookup.ListenAddress;
import org.scpbeforerelay.lookup.LookupListener;
import org.scpbeforerelay.quota.QuotaLedger;
import org.scpbeforerelay.registry.Recovery;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.RegistryThread;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.sink.history.RelayCounts;
import org.scpbeforerelay.store.StoreException;
import org.scpbeforerelay.store.embedded.SqliteLeaseStore;
import org.scpbeforerelay.store.journal.QuotaJournal;
import org.scpbeforerelay.view.Counted;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The daemon, whole: everything is put together here and nowhere else. Tests start it in-process.
 *
 * <p>Order of start: settings and users are read before anything is touched; mail servers get answers ("not ready") before the
 * book is loaded, so that a long load defers relaying and nothing else; clients may announce only when it is. Whatever was
 * begun is ended in the opposite order, also when the start fails half-way.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Places places;
    private final Clock clock;
    private final Moment startedAt;
    private final ServiceNotification serviceManager;
    private final Deque<AutoCloseable> begun = new ArrayDeque<>();
    private final SettingsOnDisk onDisk;

    private volatile boolean ready;
    private volatile Configuration configuration;
    private volatile Set<ClientAddress> hostAddresses = Set.of();
    private @Nullable Registry registry;
    private @Nullable QuotaJournal quotas;
    private @Nullable SharedBook shared;
    private @Nullable LookupListener lookup;
    private @Nullable Sources sources;
    private @Nullable Sinks sinks;
    private @Nullable Console console;

    /**
     * What a reload did.
     *
     * @param users how many users there are now
     * @param revoked how many leases it ended
     * @param remarks what else to know: a changed setting that only a restart brings into force
     */
    public record Reloaded(int users, int revoked, List<String> remarks) {}

    /**
     * Starts; returns when it is ready.
     *
     * @param notifySocket the value of {@code NOTIFY_SOCKET}; null where no service manager waits
     */
    public static Daemon start(Places places, Clock clock, @Nullable String notifySocket)
            throws SettingsException, StartException {
        Daemon daemon = new Daemon(places, clock, new SettingsOnDisk(places, clock), notifySocket);
        try {
            daemon.begin();
            return daemon;
        } catch (SettingsException e) {
            daemon.close();
            throw e;
        } catch (FileSystemException e) {
            daemon.close();
            throw new StartException(Folders.inTheWay(e), e);
        } catch (IOException | StoreException e) {
            daemon.close();
            throw new StartException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
    }

    private Daemon(Places places, Clock clock, SettingsOnDisk onDisk, @Nullable String notifySocket) {
        this.places = places;
        this.clock = clock;
        this.startedAt = clock.now();
        this.onDisk = onDisk;
        this.configuration = onDisk.atStart();
        this.serviceManager = new ServiceNotification(notifySocket);
    }

    private void begin() throws IOException, StoreException, SettingsException {
        configuration.warnings().forEach(LOG::warn);
        // Mail servers read tables below it; what is private in it is so by its own mode.
        Folders.make(places.dataDirectory(), "rwx--x--x");
        Folders.make(places.runDirectory(), "rwxr-x---");
        SqliteLeaseStore store = SqliteLeaseStore.open(places.dataDirectory().resolve("leases.db"));
        begun.push(store);
        store.setAside()
                .ifPresent(copy -> LOG.error(
                        "the recorded leases could not be read and were set aside in {}; nobody has a lease until it is announced anew",
                        copy));
        QuotaLedger ledger = new QuotaLedger();
        QuotaJournal journal = openJournal(ledger);
        SharedBook sharedBook = SharedBook.of(() -> configuration.settings(), store, places, clock, begun::push);
        shared = sharedBook;
        MeasuredStore measured = new MeasuredStore(sharedBook == null ? store : sharedBook.store());
        hostAddresses = HostAddresses.find();
        Registry opened =
                new Registry(measured, clock, configuration.roster(), configuration.terms(hostAddresses), ledger);
        registry = opened;
        EventLog events = new EventLog();
        begun.push(events);
        opened.listen(events);
        Sinks beginningSinks = new Sinks(places, opened, clock);
        begun.push(beginningSinks);
        LookupListener listener = new LookupListener(
                configuration.lookup(),
                opened,
                clock,
                new LookupListener.Counting(ledger, journal),
                beginningSinks.mails());
        begun.push(listener);
        listener.start();
        lookup = listener;
        SharedBook.share(sharedBook, ledger, listener);
        Recovery.Report report = opened.open();
        RegistryThread thread = new RegistryThread(opened);
        begun.push(thread);
        thread.start();
        SharedBook.follow(sharedBook, opened, begun::push);
        OperatorDesk operators = new OperatorDesk(this, opened);
        DaemonFigures figures = new DaemonFigures(opened, listener, measured, sharedBook, startedAt);
        beginConsole(opened, listener, operators, figures);
        beginningSinks.start(configuration.settings());
        sinks = beginningSinks;
        Sources beginningSources = new Sources(places, opened, clock);
        begun.push(beginningSources);
        beginningSources.start(configuration);
        sources = beginningSources;
        figures.with(beginningSources, beginningSinks);
        begun.push(ControlServer.open(places.controlSocket(), new ControlDesk(this, opened, operators)));
        begun.push(HostAddresses.watch(found -> adopt(opened, found)));
        begun.push(HeapKeeper.begin());
        startConsole();
        LOG.info(
                "ready: {}, {}; ssh on {}, lookups on {}, commands on {}, console on {}",
                Counted.of(report.revived(), "lease", "leases"),
                Counted.of(configuration.roster().allowances().size(), "user", "users"),
                texts(sshAddresses()),
                texts(listener.boundAddresses()),
                places.controlSocket(),
                console == null || console.where() == null ? "(off)" : console.where());
        ready = true;
        serviceManager.send("READY=1\nSTATUS=" + Counted.of(report.revived(), "lease", "leases") + " at start");
    }

    /** Before anything is announced, so that it misses nothing; not at all where nobody can look at it. */
    private void beginConsole(Registry opened, LookupListener listener, OperatorDesk operators, DaemonFigures figures) {
        if (configuration.settings().console().listen() != null) {
            Console beginning = new Console(this, opened, listener, operators, figures);
            begun.push(beginning);
            console = beginning;
        }
    }

    private void startConsole() {
        Console beginning = console;
        var listen = configuration.settings().console().listen();
        if (beginning != null && listen != null) {
            beginning.start(listen, places);
        }
    }

    /** The page's address with its token; null when there is no page. */
    public @Nullable String consoleAddressWithToken() {
        Console theConsole = console;
        return theConsole == null ? null : theConsole.addressWithToken();
    }

    /** After the store, whose lock keeps a second daemon out. */
    private QuotaJournal openJournal(QuotaLedger ledger) throws StoreException {
        Moment now = clock.now();
        QuotaJournal journal = new QuotaJournal(places.dataDirectory().resolve("quotas"), clock.bootId(), now);
        begun.push(journal);
        journal.load(ledger::restore);
        journal.replace(ledger.all(now.monotonicMs()), now);
        quotas = journal;
        // Ends after the listener, so that what a full disk kept out is recorded if it has room by then.
        begun.push(() -> {
            if (journal.wantsReplacing()) {
                Moment end = clock.now();
                journal.replace(ledger.all(end.monotonicMs()), end);
            }
        });
        return journal;
    }

    /**
     * A host's addresses come and go; what becomes its own can be leased no more, and no lease counts there. Not during a
     * reload: the former users would be in force again after it.
     */
    private synchronized void adopt(Registry opened, Set<ClientAddress> found) {
        if (!found.equals(hostAddresses)) {
            hostAddresses = found;
            opened.adopt(configuration.roster(), configuration.terms(found));
        }
    }

    /** Reads settings and users anew and puts them into force, or throws and changes nothing; logs the one as the other. */
    public synchronized Reloaded reload() throws SettingsException {
        // The time tells the service manager which READY=1 ends this reload: systemd.service(5), Type=notify-reload.
        serviceManager.send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
        try {
            Reloaded reloaded = takeIntoForce(onDisk.readAgain());
            onDisk.isInForce();
            reloaded.remarks().forEach(LOG::warn);
            return reloaded;
        } catch (SettingsException e) {
            onDisk.isNotInForce(e);
            LOG.error("reload: nothing has changed, the former settings stay in force:");
            String.valueOf(e.getMessage()).lines().forEach(LOG::error);
            throw e;
        } catch (RuntimeException e) {
            onDisk.isNotInForce(e);
            LOG.error("reload: it failed inside; what had been read by then is in force, the rest is as it was", e);
            throw e;
        } finally {
            serviceManager.send("READY=1");
        }
    }

    private Reloaded takeIntoForce(Configuration next) {
        List<String> remarks = new ArrayList<>(next.warnings());
        remarks.addAll(next.needsRestartAfter(onDisk.atStart()));
        Revocation revocation =
                registry().adopt(next.roster(), next.terms(hostAddresses)).join();
        LookupListener listener = lookup;
        if (listener != null) {
            listener.adopt(next.policyChoices());
        }
        Objects.requireNonNull(sources, "not started").adopt(next, remarks);
        Objects.requireNonNull(sinks, "not started").adopt(next.settings(), remarks);
        configuration = next;
        int users = next.roster().allowances().size();
        int ended = revocation.ended().size();
        LOG.info(
                "settings and users read anew: {}, {} ended",
                Counted.of(users, "user", "users"),
                Counted.of(ended, "lease", "leases"));
        return new Reloaded(users, ended, remarks);
    }

    /** Where the SSH endpoint listens first; {@link IllegalStateException} when it is off. */
    public InetSocketAddress sshAddress() {
        return sshAddresses().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the SSH endpoint is off: [ssh] listen is empty"));
    }

    /** The first TCP address at which mail servers may ask; {@link IllegalStateException} when there is none. */
    public InetSocketAddress lookupAddress() {
        for (ListenAddress address : lookupAddresses()) {
            if (address instanceof ListenAddress.Tcp tcp) {
                return tcp.address();
            }
        }
        throw new IllegalStateException("no TCP address in [lookup] listen");
    }

    /** How much was relayed by this lease since it was granted. */
    RelayCounts.Relayed relayed(Lease lease) {
        return Objects.requireNonNull(sinks, "not started").relayed(lease);
    }

    /** Puts on record what an operator did. */
    void record(String operator, String did) {
        Objects.requireNonNull(sinks, "not started").operator(operator, did);
    }

    /** Everything about it for {@code status}. */
    ObjectNode status() {
        Registry theRegistry = registry();
        Moment now = clock.now();
        ObjectNode status = Json.object()
                .put("version", Version.text())
                .put("pid", ProcessHandle.current().pid())
                .put("since", Json.second(startedAt.wallMs()))
                .put(
                        "leases",
                        theRegistry.book().all().stream()
                                .filter(lease -> lease.activeAt(now))
                                .count())
                .put("users", configuration.roster().allowances().size())
                .put("store", theRegistry.storeHealth())
                .put(
                        "settings",
                        places.settingsFile() + (Files.exists(places.settingsFile()) ? "" : " (absent: defaults)"));
        ArrayNode listening = status.putArray("listening");
        sshAddresses()
                .forEach(address -> listening.addObject().put("what", "ssh").put("where", text(address)));
        lookupAddresses()
                .forEach(address -> listening.addObject().put("what", "lookup").put("where", address.toString()));
        listening
                .addObject()
                .put("what", "control")
                .put("where", places.controlSocket().toString());
        ArrayNode problems = status.putArray("problems");
        if (console != null) {
            console.describe(listening, problems);
        }
        Objects.requireNonNull(sources, "not started").describe(status, problems);
        Objects.requireNonNull(sinks, "not started").describe(status, problems);
        theRegistry.problems().forEach(problems::add);
        SharedBook.describe(shared, status, problems);
        onDisk.describe(problems);
        String uncounted = quotas == null ? null : quotas.failure();
        if (uncounted != null) {
            problems.add(uncounted);
        }
        return status;
    }

    private List<InetSocketAddress> sshAddresses() {
        Sources theSources = sources;
        return theSources == null ? List.of() : theSources.sshAddresses();
    }

    /** Whether mail servers can ask where messages are counted: on a unix socket. */
    boolean countsMessages() {
        return lookupAddresses().stream().anyMatch(ListenAddress.Unix.class::isInstance);
    }

    private List<ListenAddress> lookupAddresses() {
        LookupListener listener = lookup;
        return listener == null ? List.of() : listener.boundAddresses();
    }

    private Registry registry() {
        Registry opened = registry;
        if (opened == null) {
            throw new IllegalStateException("not started");
        }
        return opened;
    }

    private static String texts(List<?> addresses) {
        return addresses.isEmpty()
                ? "(off)"
                : String.join(" and ", addresses.stream().map(Daemon::text).toList());
    }

    private static String text(Object address) {
        return address instanceof InetSocketAddress socket
                ? new ListenAddress.Tcp(socket).toString()
                : address.toString();
    }

    @Override
    public void close() {
        serviceManager.send("STOPPING=1");
        while (!begun.isEmpty()) {
            try {
                begun.pop().close();
            } catch (Exception e) {
                LOG.warn("ending: {}", e.toString());
            }
        }
        if (ready) {
            LOG.info("ended; leases are kept");
        }
    }
}
