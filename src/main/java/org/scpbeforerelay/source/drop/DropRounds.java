package org.scpbeforerelay.source.drop;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.registry.Registry;

/**
 * What the thread of the drop directories does, turn by turn: take events, rescan a portion of the directories, look at the
 * files that are due. All but {@link #adopt}, {@link #wake} and {@link #health} belongs to one thread.
 *
 * <p>The rescan goes through all directories every {@link #RESCAN_MS}, in portions, so that events are not kept waiting. It
 * opens each, asks for its facts and those of the files known there, and lists names only when the directory has changed. No
 * descriptor but inotify's stays open: ten thousand directories need ten thousand watches and no descriptors.
 */
final class DropRounds implements AutoCloseable {
    /** How often all directories are gone through, in milliseconds. */
    static final long RESCAN_MS = 5_000;

    /** How long a file must not have changed when nothing told that its writer has closed it, in milliseconds. */
    static final long QUIET_MS = 1_000;

    private static final long SOON_MS = 50;
    private static final long BETWEEN_PASSES_MS = 500;
    private static final int PORTION = 128;

    private final Clock clock;
    private final Kernel kernel = new Kernel();
    private final Inotify inotify;
    private final Accounts accounts;
    private final SeenFiles seen;
    private final DropReader reader;
    private final Agenda agenda = new Agenda();
    private final DropDesk desk;
    private final AtomicReference<@Nullable Adoption> adoption = new AtomicReference<>();
    private final Map<Place, DropFolder> folders = new LinkedHashMap<>();
    private final Map<Integer, DropFolder> byWatch = new HashMap<>();
    private final Set<Integer> baseWatches = new HashSet<>();
    private final ArrayDeque<DropFolder> toScan = new ArrayDeque<>();
    private final Troubles troubles = new Troubles();

    private DropSettings settings;
    private Owners owners;
    private List<DirectoryGlob> globs;
    private long nextPassMs = 0;
    private long passBeganMs = Long.MIN_VALUE / 2;
    private boolean passing;
    private int ofUsers;
    private volatile DropHealth health = new DropHealth(0, 0, 0, 0, 0, List.of());

    private record Adoption(DropSettings settings, Roster roster) {}

    DropRounds(
            DropSettings settings,
            Roster roster,
            Registry registry,
            Clock clock,
            LoginEvidence evidence,
            Accounts accounts,
            SeenFiles seen)
            throws KernelException {
        this.clock = clock;
        this.accounts = accounts;
        this.seen = seen;
        this.inotify = new Inotify(kernel);
        this.reader = new DropReader(kernel, accounts);
        this.desk = new DropDesk(reader, registry, evidence, seen, agenda, settings, inotify::wake);
        this.settings = settings;
        this.owners = new Owners(roster);
        this.globs = globs(settings);
    }

    private static List<DirectoryGlob> globs(DropSettings settings) {
        return settings.directories().stream().map(DirectoryGlob::new).toList();
    }

    void adopt(DropSettings newSettings, Roster newRoster) {
        adoption.set(new Adoption(newSettings, newRoster));
        wake();
    }

    void wake() {
        inotify.wake();
    }

    DropHealth health() {
        return health;
    }

    /** One turn. Waits until something happens or is due, at most {@code mostMs}. */
    void turn(long mostMs) throws KernelException {
        long waitMs = Math.clamp(nextMs() - clock.now().monotonicMs(), 0, mostMs);
        List<Inotify.Event> events = inotify.await(waitMs);
        Moment now = clock.now();
        Adoption adopted = adoption.getAndSet(null);
        if (adopted != null) {
            takeForce(adopted);
        }
        events.forEach(event -> heed(event, now));
        desk.takeOutcomes(now);
        if (!passing && now.monotonicMs() >= nextPassMs) {
            beginPass(now);
        }
        if (passing) {
            scanPortion(now);
        }
        // A directory may turn out to be gone or not to be read; the next look then says so.
        for (int looks = 0; looks < 4 * PORTION; looks++) {
            DropFile file = agenda.takeDue(now.monotonicMs());
            if (file == null) {
                break;
            }
            visit(file.folder, (directory, facts, owner) -> look(file, directory, facts, owner, now));
        }
    }

    private long nextMs() {
        return passing ? 0 : Math.min(nextPassMs, agenda.nextMs());
    }

    private void takeForce(Adoption adopted) {
        settings = adopted.settings();
        owners = new Owners(adopted.roster());
        desk.adopt(settings);
        accounts.forget();
        globs = globs(settings);
        for (DropFolder folder : folders.values()) {
            folder.forget();
            for (DropFile file : folder.files()) {
                file.done = null;
            }
        }
        toScan.clear();
        passing = false;
        nextPassMs = 0;
    }

    // ---- events

    private void heed(Inotify.Event event, Moment now) {
        if (event.has(Inotify.OVERFLOW)) {
            // Who has written or closed what meanwhile, nobody knows: each must be quiet for a while.
            for (DropFolder each : folders.values()) {
                for (DropFile file : each.files()) {
                    file.writing = false;
                    file.closed = false;
                }
            }
            passSoon(now, 0);
            return;
        }
        if (baseWatches.contains(event.watch())) {
            passSoon(now, SOON_MS);
        }
        DropFolder folder = byWatch.get(event.watch());
        if (folder == null) {
            return;
        }
        if (event.name().isEmpty()) {
            if (event.has(Inotify.IGNORED | Inotify.DELETE_SELF | Inotify.MOVE_SELF)) {
                forgetWatch(folder);
                passSoon(now, SOON_MS);
            }
            return;
        }
        if (!settings.matches(event.name())) {
            return;
        }
        if (event.has(Inotify.DELETE | Inotify.MOVED_FROM)) {
            forget(folder, event.name());
            return;
        }
        DropFile file = folder.file(event.name());
        if (file != null) {
            heed(event, file, now.monotonicMs());
        }
    }

    private void heed(Inotify.Event event, DropFile file, long nowMs) {
        if (event.has(Inotify.CLOSE_WRITE | Inotify.MOVED_TO)) {
            file.writing = false;
            file.closed = true;
            agenda.put(file, nowMs + DropReader.SETTLE_MS);
        } else if (event.has(Inotify.MODIFY | Inotify.CREATE)) {
            // Made by link(2), which some servers rename by, it is never closed.
            file.writing = event.has(Inotify.MODIFY);
            file.closed = false;
            file.touchedMs = nowMs;
            agenda.put(file, nowMs + QUIET_MS);
        } else if (event.has(Inotify.ATTRIB)) {
            agenda.putAtLatest(file, nowMs + (file.closed ? DropReader.SETTLE_MS : QUIET_MS));
        }
    }

    /** A pass before its time; not in quick succession, whatever users do. */
    private void passSoon(Moment now, long inMs) {
        long earliestMs = Math.max(now.monotonicMs() + inMs, passBeganMs + BETWEEN_PASSES_MS);
        nextPassMs = Math.min(nextPassMs, earliestMs);
    }

    // ---- the rescan

    private void beginPass(Moment now) {
        passBeganMs = now.monotonicMs();
        nextPassMs = now.monotonicMs() + RESCAN_MS;
        ofUsers = 0;
        Set<Place> places = new LinkedHashSet<>();
        Set<Integer> watches = new HashSet<>();
        for (DirectoryGlob glob : globs) {
            watchBase(glob, watches);
            places.addAll(glob.places(kernel, troubles::add));
        }
        for (int watch : baseWatches) {
            if (!watches.contains(watch) && !byWatch.containsKey(watch)) {
                inotify.unwatch(watch);
            }
        }
        baseWatches.clear();
        baseWatches.addAll(watches);
        for (DropFolder folder : List.copyOf(folders.values())) {
            if (!places.contains(folder.place())) {
                forget(folder);
            }
        }
        for (Place place : places) {
            toScan.add(folders.computeIfAbsent(place, DropFolder::new));
        }
        passing = true;
    }

    private void watchBase(DirectoryGlob glob, Set<Integer> watches) {
        try {
            int directory = kernel.openDirectory(glob.base());
            try {
                watches.add(inotify.watchForDirectories(directory));
            } finally {
                kernel.close(directory);
            }
        } catch (KernelException e) {
            if (!e.isAbsent()) {
                troubles.add(glob.base() + " cannot be watched for new directories (" + e.getMessage()
                        + "); they are found within " + RESCAN_MS / 1000 + " s");
            }
        }
    }

    private void scanPortion(Moment now) {
        for (int i = 0; i < PORTION && !toScan.isEmpty(); i++) {
            DropFolder folder = toScan.remove();
            visit(folder, (directory, facts, owner) -> scan(folder, directory, facts, owner, now));
        }
        if (toScan.isEmpty()) {
            endPass();
        }
    }

    private void scan(DropFolder folder, int directory, FileFacts facts, DropDesk.Owner owner, Moment now)
            throws KernelException {
        ofUsers++;
        if (folder.isUnwatched(facts)) {
            watch(folder, directory, facts);
        }
        if (folder.mustBeListed(facts)) {
            List<String> matching = kernel.names(directory, DropFolder.NAMES_MAX).stream()
                    .filter(settings::matches)
                    .toList();
            if (!folder.list(facts, matching, now.wallMs())) {
                troubles.add(folder.place() + " has more than " + DropFolder.FILES_MAX + " files " + settings.pattern()
                        + "; the others are not read");
            }
        }
        for (DropFile file : folder.files()) {
            if (file.dueMs == DropFile.NOT_DUE) {
                look(file, directory, facts, owner, now);
            }
        }
    }

    private void watch(DropFolder folder, int directory, FileFacts facts) {
        forgetWatch(folder);
        folder.forget();
        try {
            folder.watch = inotify.watch(directory);
            folder.watched = facts.identity();
            byWatch.put(folder.watch, folder);
        } catch (KernelException e) {
            troubles.add(folder.place() + " cannot be watched (" + e.getMessage() + "); its files are found within "
                    + RESCAN_MS / 1000 + " s");
        }
    }

    private void endPass() {
        passing = false;
        int files = folders.values().stream().mapToInt(DropFolder::fileCount).sum();
        if (seen.holdsMuchMoreThan(files)) {
            Set<FileFacts.Identity> present = new HashSet<>();
            folders.values()
                    .forEach(folder -> folder.files().forEach(file -> {
                        if (file.known != null) {
                            present.add(file.known);
                        }
                    }));
            seen.keepOnly(present);
        }
        health = new DropHealth(ofUsers, byWatch.size(), files, desk.announced(), desk.refused(), troubles.conclude());
    }

    // ---- a directory, opened

    private interface Visitor {
        void in(int directory, FileFacts facts, DropDesk.Owner owner) throws KernelException;
    }

    /** Opens a directory, if it is a user's and only the user can write to it. */
    private void visit(DropFolder folder, Visitor visitor) {
        try {
            int directory = folder.place().open(kernel);
            try {
                FileFacts facts = kernel.facts(directory);
                Optional<DropDesk.Owner> owner = owner(facts);
                if (owner.isEmpty()) {
                    return;
                }
                if (reader.mayBeWrittenByOthers(facts)) {
                    troubles.add(folder.place() + " can be written by others than "
                            + owner.get().login() + ", so it is not read; chmod go-w it");
                    return;
                }
                visitor.in(directory, facts, owner.get());
            } finally {
                kernel.close(directory);
            }
        } catch (KernelException e) {
            if (!e.isAbsent() && e.errno() != KernelException.ENOTDIR) {
                troubles.add(folder.place() + " cannot be read (" + e.getMessage()
                        + "); see docs/drop-directories.md for how the daemon comes to read it");
            }
        }
    }

    private Optional<DropDesk.Owner> owner(FileFacts directory) {
        return accounts.nameOf(directory.uid())
                .flatMap(login -> owners.of(login).map(allowance -> new DropDesk.Owner(login, allowance)));
    }

    private void look(DropFile file, int directory, FileFacts facts, DropDesk.Owner owner, Moment now) {
        try {
            if (!desk.look(file, directory, facts, owner, now)) {
                forget(file.folder, file.name);
            }
        } catch (KernelException e) {
            troubles.add(file + " cannot be read (" + e.getMessage()
                    + "); see docs/drop-directories.md for how the daemon comes to read it");
        }
    }

    // ---- forgetting

    private void forget(DropFolder folder, String name) {
        DropFile file = folder.remove(name);
        if (file != null) {
            agenda.remove(file);
        }
    }

    private void forget(DropFolder folder) {
        folder.files().forEach(agenda::remove);
        int watch = folder.watch;
        forgetWatch(folder);
        if (watch != DropFolder.NOT_WATCHED) {
            inotify.unwatch(watch);
        }
        folders.remove(folder.place());
    }

    private void forgetWatch(DropFolder folder) {
        if (folder.watch != DropFolder.NOT_WATCHED) {
            byWatch.remove(folder.watch);
            folder.watch = DropFolder.NOT_WATCHED;
            folder.watched = null;
        }
    }

    @Override
    public void close() {
        inotify.close();
        seen.close();
    }
}
