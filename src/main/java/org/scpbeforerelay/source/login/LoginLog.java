package org.scpbeforerelay.source.login;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.source.login.follow.FileFollower;
import org.scpbeforerelay.source.login.follow.JournalFollower;
import org.scpbeforerelay.source.login.follow.LineSink;
import org.scpbeforerelay.source.login.format.FormatException;
import org.scpbeforerelay.source.login.format.LineJudge;
import org.scpbeforerelay.source.login.format.LogLine;
import org.scpbeforerelay.source.login.format.LoginFormat;
import org.scpbeforerelay.source.login.format.LoginFormats;
import org.scpbeforerelay.source.login.format.LoginSighting;

/** Follows the logs of the settings and announces the logins in them: a thread for each file, and one for the journal. */
public final class LoginLog implements AutoCloseable {
    /** How long between two looks at a quiet file: a login is a lease within a tenth of a second. */
    private static final long LOOK_EVERY_MS = 50;

    private static final long AFTER_JOURNAL_MS = 2_000;

    /** How far back a witness begins, in bytes of a file and in time of the journal: what proves may be just before the start. */
    private static final long WITNESS_BACK = 4L << 20;

    private static final long WITNESS_BACK_MS = 15 * 60_000;

    /** Rotated files are looked into as long as a line in them may still count. */
    private static final long AGE_BEYOND_TERM_MS = 3_600_000;

    private final Registry registry;
    private final List<String> journalctl;
    private final Consumer<LoginSighting.Login> witness;
    private final boolean announces;
    private LoginLogSettings settings;
    private List<LoginFormat> formats;
    private final LoginLogHealth health;

    // A connection that was opened before a reload ends its lease after it.
    private final OpenLogins open = new OpenLogins();
    private volatile List<LogThread> followers = List.of();
    private boolean started;

    /** @throws FormatException when a service has no format or an own format is wrong; says where */
    public LoginLog(LoginLogSettings settings, Registry registry) throws FormatException {
        this(settings, registry, List.of("journalctl"));
    }

    LoginLog(LoginLogSettings settings, Registry registry, List<String> journalctl) throws FormatException {
        this(settings, registry, journalctl, login -> {}, true);
    }

    /**
     * Follows logs and tells of each login, and announces none: for evidence. Begins each time a bit before the present, since
     * nothing of what was told before is kept. The witness is told on the followers' threads.
     */
    public static LoginLog witness(LoginLogSettings settings, Registry registry, Consumer<LoginSighting.Login> witness)
            throws FormatException {
        return witness(settings, registry, List.of("journalctl"), witness);
    }

    static LoginLog witness(
            LoginLogSettings settings,
            Registry registry,
            List<String> journalctl,
            Consumer<LoginSighting.Login> witness)
            throws FormatException {
        return new LoginLog(settings, registry, journalctl, witness, false);
    }

    private LoginLog(
            LoginLogSettings settings,
            Registry registry,
            List<String> journalctl,
            Consumer<LoginSighting.Login> witness,
            boolean announces)
            throws FormatException {
        this.witness = witness;
        this.announces = announces;
        this.settings = settings;
        this.registry = registry;
        this.journalctl = List.copyOf(journalctl);
        this.formats = formats(settings);
        this.health = new LoginLogHealth(settings.services());
    }

    private static List<LoginFormat> formats(LoginLogSettings settings) throws FormatException {
        return LoginFormats.read(settings.formats()).chosen(settings.services());
    }

    /** Begins to follow. A log that cannot be read is tried again and again; the log says so. */
    public synchronized void start() {
        if (started) {
            return;
        }
        started = true;
        List<LogThread> starting = new ArrayList<>();
        for (Path file : settings.files()) {
            starting.add(new LogThread("login-log " + file, new FollowFile(file, sight())));
        }
        if (!settings.journal().isEmpty()) {
            starting.add(new LogThread("login-log journal", new FollowJournal(sight())));
        }
        followers = starting;
        followers.forEach(LogThread::start);
    }

    /** Takes other settings into force; when they are wrong, all stays as it was. Places in the logs are kept, and what is known of connections. */
    public synchronized void adopt(LoginLogSettings newSettings) throws FormatException {
        List<LoginFormat> newFormats = formats(newSettings);
        if (newSettings.equals(settings) && newSettings.formats() == null) {
            return; // own formats may have changed in their files
        }
        boolean running = started;
        close();
        settings = newSettings;
        formats = newFormats;
        health.follow(newSettings.services());
        if (running) {
            start();
        }
    }

    /** How well each service is understood; empty while nothing is followed. */
    public List<ServiceHealth> health() {
        return followers.isEmpty() ? List.of() : health.report();
    }

    /** Which logs cannot be followed now, and why; empty when all can. */
    public List<String> troubles() {
        return followers.stream()
                .map(LogThread::trouble)
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public synchronized void close() {
        followers.forEach(LogThread::stop);
        followers.forEach(LogThread::join);
        followers = List.of();
        started = false;
    }

    private Sight sight() {
        return new Sight(
                new LineJudge(formats, settings.zone()),
                new LoginBatch(registry, settings, open, health),
                registry,
                witness,
                announces);
    }

    private long wallMs() {
        return registry.now().wallMs();
    }

    /** For the first time of a witness, and after trouble: a login told twice is no harm to it, one not told is. */
    private void forgetAsWitness(Path saved) throws IOException {
        if (!announces) {
            Files.deleteIfExists(saved);
        }
    }

    private Path place(String name) throws IOException {
        Files.createDirectories(settings.places());
        return settings.places().resolve(name);
    }

    /** What the lines of one log go through. */
    private record Sight(
            LineJudge judge,
            LoginBatch batch,
            Registry registry,
            Consumer<LoginSighting.Login> witness,
            boolean announces) {
        LineSink<String> ofText() {
            return new LineSink<>() {
                @Override
                public void take(String line) {
                    long nowMs = registry.now().wallMs();
                    Sight.this.take(judge.judge(line, nowMs), nowMs);
                }

                @Override
                public boolean settle() throws InterruptedException {
                    return batch.settle();
                }
            };
        }

        LineSink<LogLine> ofEntries() {
            return new LineSink<>() {
                @Override
                public void take(LogLine line) {
                    Sight.this.take(judge.judge(line), registry.now().wallMs());
                }

                @Override
                public boolean settle() throws InterruptedException {
                    return batch.settle();
                }
            };
        }

        private void take(LoginSighting sighting, long nowMs) {
            if (sighting instanceof LoginSighting.Login login) {
                witness.accept(login);
            }
            if (!announces) {
                return;
            }
            try {
                batch.take(sighting, nowMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class FollowFile implements LogThread.Following {
        private final Path file;
        private final LineSink<String> sink;
        private volatile boolean stop;

        FollowFile(Path file, Sight sight) {
            this.file = file;
            this.sink = sight.ofText();
        }

        @Override
        public void follow(CountDownLatch stopped, Runnable well) throws IOException, InterruptedException {
            Path saved = place(fileName(file));
            forgetAsWitness(saved);
            try (FileFollower follower = new FileFollower(
                    file,
                    saved,
                    settings.termMs() + AGE_BEYOND_TERM_MS,
                    sink,
                    LoginLog.this::wallMs,
                    () -> stop,
                    announces ? 0 : WITNESS_BACK)) {
                while (stopped.getCount() > 0) {
                    boolean more = follower.poll();
                    well.run();
                    if (!more && stopped.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            }
        }

        @Override
        public void stop() {
            stop = true;
        }

        private static String fileName(Path file) {
            String text = file.toAbsolutePath().normalize().toString();
            String readable = String.valueOf(file.getFileName()).replaceAll("[^A-Za-z0-9._-]", "_");
            return readable + "-"
                    + HexFormat.of().toHexDigits(text.hashCode())
                    + HexFormat.of().toHexDigits((short) text.getBytes(StandardCharsets.UTF_8).length) + ".place";
        }
    }

    private final class FollowJournal implements LogThread.Following {
        private final LineSink<LogLine> sink;
        private volatile boolean stop;
        private volatile Runnable end = () -> {};

        FollowJournal(Sight sight) {
            this.sink = sight.ofEntries();
        }

        @Override
        public void follow(CountDownLatch stopped, Runnable well) throws IOException, InterruptedException {
            Path saved = place("journal.place");
            forgetAsWitness(saved);
            while (!stop) {
                JournalFollower follower = new JournalFollower(
                        journalctl,
                        Set.copyOf(settings.journal()),
                        saved,
                        sink,
                        LoginLog.this::wallMs,
                        announces ? 0 : WITNESS_BACK_MS,
                        well);
                end = follower::close;
                if (!stop) {
                    follower.run();
                }
                // It ends with status 0 when journald's files are moved away under it.
                if (stopped.await(AFTER_JOURNAL_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        }

        @Override
        public void stop() {
            stop = true;
            end.run();
        }
    }
}
