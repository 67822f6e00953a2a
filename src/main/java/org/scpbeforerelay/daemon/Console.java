package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.console.ConsoleDesk;
import org.scpbeforerelay.console.ConsoleServer;
import org.scpbeforerelay.console.ConsoleSettings;
import org.scpbeforerelay.console.follow.Follower;
import org.scpbeforerelay.console.metrics.Figures;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseBook;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lookup.LastAnswers;
import org.scpbeforerelay.lookup.LookupAnswer;
import org.scpbeforerelay.lookup.LookupListener;
import org.scpbeforerelay.lookup.LookupProtocol;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.sign.Signs;
import org.scpbeforerelay.view.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The console as a part of the daemon: what it may ask for, and how it fares. Where it cannot listen, leases and lookups go on without it. */
final class Console implements ConsoleDesk, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final long SAMPLE_EVERY_MS = 5_000;
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final Daemon daemon;
    private final Registry registry;
    private final LookupListener lookup;
    private final OperatorDesk operators;
    private final ControlDesk control;
    private final DaemonFigures figures;
    private final Follower follower;
    private @Nullable ConsoleServer server;
    private @Nullable ScheduledExecutorService sampler;
    private volatile @Nullable String failure;

    /** Made before anything is announced, so that it misses nothing. */
    Console(Daemon daemon, Registry registry, LookupListener lookup, OperatorDesk operators, DaemonFigures figures) {
        this.daemon = daemon;
        this.registry = registry;
        this.lookup = lookup;
        this.operators = operators;
        this.control = new ControlDesk(daemon, registry, operators);
        this.figures = figures;
        this.follower = new Follower(registry.now());
        registry.listen(follower);
    }

    /** Begins to listen. */
    void start(ListenAddress.Tcp listen, Places places) {
        try {
            ConsoleSettings settings = new ConsoleSettings(
                    Configuration.resolved(listen),
                    hostNames(listen),
                    places.consoleTokenFile(),
                    places.historyDirectory());
            ConsoleServer started = ConsoleServer.start(settings, this, follower);
            server = started;
            figures.with(started);
        } catch (IOException e) {
            failure = "the console is not there: " + e.getMessage();
            LOG.error(failure);
            return;
        }
        ScheduledExecutorService newSampler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("console-minutes").factory());
        sampler = newSampler;
        newSampler.scheduleWithFixedDelay(
                () -> follower.sample(this), SAMPLE_EVERY_MS, SAMPLE_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** Where it listens, for people; null when it does not. */
    @Nullable
    String where() {
        ConsoleServer started = server;
        return started == null ? null : started.where();
    }

    /** The page's address with the token; null when there is no page. */
    @Nullable
    String addressWithToken() {
        ConsoleServer started = server;
        return started == null ? null : started.addressWithToken();
    }

    /** Adds how it fares to {@code status}. */
    void describe(ArrayNode listening, ArrayNode problems) {
        String where = where();
        if (where != null) {
            listening.addObject().put("what", "console").put("where", where);
        }
        String why = failure;
        if (why != null) {
            problems.add(why);
        }
    }

    private static Set<String> hostNames(ListenAddress.Tcp listen) {
        Set<String> names = new HashSet<>(List.of(listen.host().toLowerCase(Locale.ROOT)));
        try {
            names.add(Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT));
        } catch (IOException e) {
            LOG.debug("the host's name cannot be read: {}", e.getMessage());
        }
        return names;
    }

    @Override
    public ObjectNode view(Lease lease, Signs signs, Moment now) {
        return control.view(lease, signs, now);
    }

    @Override
    public boolean isReady() {
        return registry.isReady();
    }

    @Override
    public Moment now() {
        return registry.now();
    }

    @Override
    public LeaseBook book() {
        return registry.book();
    }

    @Override
    public Roster roster() {
        return registry.roster();
    }

    @Override
    public Signs signs(Moment now) {
        return registry.signs(now);
    }

    @Override
    public ObjectNode status() {
        return daemon.status();
    }

    @Override
    public ObjectNode explain(ClientAddress address, @Nullable String sender) {
        ObjectNode question = Json.object().put("address", address.toString());
        if (sender != null) {
            question.put("sender", sender);
        }
        try {
            ArrayNode leases = Json.array();
            ObjectNode answer = control.explain(question, leases::add);
            answer.set("leases", leases);
            return answer;
        } catch (ControlException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public CompletableFuture<Verdict> grant(Principal principal, ClientAddress address, long termMs, String operator) {
        return operators.grant(principal, address, termMs, operator);
    }

    @Override
    public CompletableFuture<Revocation> revoke(Selection selection, String operator) {
        String what = switch (selection) {
            case Selection.OfUser of -> of.user().text();
            case Selection.OfPrincipal of -> of.principal().toString();
            case Selection.OnAddress on -> on.address().toString();
            case Selection.InPlace in -> in.key().toString();
        };
        return operators.revoke(selection, what, operator);
    }

    @Override
    public List<AnswerCount> answers() {
        List<AnswerCount> counts = new ArrayList<>();
        for (LookupProtocol protocol : LookupProtocol.values()) {
            for (LookupAnswer answer : LookupAnswer.values()) {
                counts.add(new AnswerCount(
                        protocol.text(), answer.text(), lookup.statistics().answers(protocol, answer)));
            }
        }
        return counts;
    }

    @Override
    public List<Asked> lastAsked() {
        List<Asked> asked = new ArrayList<>();
        for (LastAnswers.Answered one : lookup.statistics().last().newestFirst()) {
            Principal who = one.who() == null ? null : one.who().principal();
            asked.add(new Asked(one.atMs(), one.protocol().text(), one.answer().text(), one.client(), who));
        }
        return asked;
    }

    @Override
    public void measure(Figures into) {
        figures.measure(into);
    }

    @Override
    public void close() {
        if (sampler != null) {
            sampler.shutdownNow();
        }
        if (server != null) {
            server.close();
        }
    }
}
