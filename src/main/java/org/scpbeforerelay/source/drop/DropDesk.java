package org.scpbeforerelay.source.drop;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.scpbeforerelay.announce.Allowance;
import org.scpbeforerelay.announce.Announcement;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.registry.Registry;

/** Looks at one file that is due: reads it when it is whole, announces it, and takes in what became of it. */
final class DropDesk {
    /** How long a file that was begun and neither written on nor closed is waited for, in milliseconds. */
    static final long WRITER_MAX_MS = 30_000;

    /** How long a login that proves an address may take to become known, after the file's time. */
    static final long LOGIN_KNOWN_MS = 10_000;

    private static final long LOGIN_AGAIN_MS = 250;
    private static final long STORE_AGAIN_MS = 2_000;

    /** However often a file is written, it is announced this often at the most. */
    private static final long BETWEEN_MS = 100;

    private final DropReader reader;
    private final Registry registry;
    private final LoginEvidence evidence;
    private final SeenFiles seen;
    private final Agenda agenda;
    private final Runnable wake;
    private final Remarks remarks = new Remarks();
    private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private DropSettings settings;
    private long announced;
    private long refused;

    /** The user that a directory belongs to, by way of an account. */
    record Owner(String login, Allowance allowance) {}

    /** The verdicts on a file's announcements; none when the registry failed. */
    private record Outcome(DropFile file, FileFacts.Identity identity, List<Verdict> verdicts) {}

    DropDesk(
            DropReader reader,
            Registry registry,
            LoginEvidence evidence,
            SeenFiles seen,
            Agenda agenda,
            DropSettings settings,
            Runnable wake) {
        this.reader = reader;
        this.registry = registry;
        this.evidence = evidence;
        this.seen = seen;
        this.agenda = agenda;
        this.settings = settings;
        this.wake = wake;
    }

    void adopt(DropSettings newSettings) {
        settings = newSettings;
    }

    long announced() {
        return announced;
    }

    long refused() {
        return refused;
    }

    /**
     * Looks at a file, or puts off doing so.
     *
     * @param directory open
     * @param folder its facts
     * @return whether the file is there
     */
    boolean look(DropFile file, int directory, FileFacts folder, Owner owner, Moment now) throws KernelException {
        long writerEndsMs = file.touchedMs + WRITER_MAX_MS;
        if (file.writing && now.monotonicMs() < writerEndsMs) {
            agenda.put(file, writerEndsMs);
            return true;
        }
        long quietMs = file.closed ? DropReader.SETTLE_MS : DropRounds.QUIET_MS;
        DropReader.Reading reading = reader.read(
                directory,
                folder,
                file.name,
                identity -> {
                    file.known = identity;
                    return identity.equals(file.done) || seen.contains(identity);
                },
                quietMs,
                now.wallMs());
        switch (reading) {
            case DropReader.Reading.Gone gone -> {
                return false;
            }
            case DropReader.Reading.NotYet(long inMs) -> agenda.put(file, now.monotonicMs() + inMs);
            case DropReader.Reading.Known known -> {
                file.writing = false;
                file.closed = false;
            }
            case DropReader.Reading.Unfit(FileFacts facts, Verdict.Refused why) ->
                turnAway(file, facts, why, owner, now);
            case DropReader.Reading.Whole(FileFacts facts, AnnouncementFile contents) -> {
                if (facts.size() == 0 && !file.closed && now.monotonicMs() < writerEndsMs) {
                    agenda.put(file, writerEndsMs); // begun; its contents are still on their way
                } else {
                    take(file, facts, contents, owner, now);
                }
            }
        }
        return true;
    }

    private void take(DropFile file, FileFacts facts, AnnouncementFile contents, Owner owner, Moment now) {
        Optional<DeviceName> device = settings.device(file.name);
        if (device.isEmpty()) {
            turnAway(file, facts, new Verdict.Refused(RefusalCode.FROM_NOT_ALLOWED, "names no device"), owner, now);
            return;
        }
        long termMs = owner.allowance().termMs();
        if (facts.writtenMs() + termMs <= now.wallMs()) {
            // Left over from long ago: nothing to judge, to record or to
            // say. Fresh with an old mtime: somebody's clock.
            if (facts.ctimeMs() + termMs > now.wallMs()) {
                remarks.about(
                        file,
                        "is over already: its modification time is "
                                + (now.wallMs() - facts.writtenMs()) / 1000
                                + " s ago (copied with -p, touched, or an old file whose permissions changed)",
                        now.monotonicMs());
            }
            done(file, facts, now);
            return;
        }
        Principal principal = new Principal(owner.allowance().user(), device.get());
        DropAnnouncements announcements = DropAnnouncements.of(
                contents, principal, owner.allowance(), owner.login(), settings.proof(), evidence, facts.writtenMs());
        switch (announcements) {
            case DropAnnouncements.Made(List<Announcement> made) -> announce(file, facts, made, now);
            case DropAnnouncements.Refused(Verdict.Refused why) -> turnAway(file, facts, why, owner, now);
            case DropAnnouncements.Unproven(var address) -> {
                if (now.wallMs() < facts.ctimeMs() + LOGIN_KNOWN_MS) {
                    agenda.put(file, now.monotonicMs() + LOGIN_AGAIN_MS);
                } else {
                    String why = "claims " + address + ", but no SSH login of " + owner.login()
                            + " from there is known within the 2 minutes before it was written";
                    turnAway(file, facts, new Verdict.Refused(RefusalCode.ADDRESS_NOT_YOURS, why), owner, now);
                }
            }
        }
    }

    private void announce(DropFile file, FileFacts facts, List<Announcement> made, Moment now) {
        done(file, facts, now);
        announced += made.size();
        List<CompletableFuture<Verdict>> answers =
                made.stream().map(registry::announce).toList();
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
            List<Verdict> verdicts = new ArrayList<>();
            if (failure == null) {
                answers.forEach(answer -> verdicts.add(answer.join()));
            }
            outcomes.add(new Outcome(file, facts.identity(), verdicts));
            wake.run();
        });
    }

    private void turnAway(DropFile file, FileFacts facts, Verdict.Refused why, Owner owner, Moment now) {
        done(file, facts, now);
        refused++;
        remarks.about(file, why.reason() + " (" + why.code().text() + ")", now.monotonicMs());
        settings.device(file.name)
                .map(device -> new Principal(owner.allowance().user(), device))
                .ifPresent(principal -> registry.turnedAway(
                        DropAnnouncements.announcement(principal, null, null, facts.writtenMs()), why));
    }

    private static void done(DropFile file, FileFacts facts, Moment now) {
        file.done = facts.identity();
        file.writing = false;
        file.closed = false;
        file.notBeforeMs = now.monotonicMs() + BETWEEN_MS;
    }

    /** Takes in what became of announcements. */
    void takeOutcomes(Moment now) {
        for (Outcome outcome = outcomes.poll(); outcome != null; outcome = outcomes.poll()) {
            DropFile file = outcome.file();
            boolean granted = false;
            boolean again = outcome.verdicts().isEmpty();
            for (Verdict verdict : outcome.verdicts()) {
                switch (verdict) {
                    case Verdict.Granted yes -> granted = true;
                    case Verdict.Refused no -> {
                        refused++;
                        again |= no.code() == RefusalCode.STORE_UNAVAILABLE || no.code() == RefusalCode.RATE_LIMITED;
                        remarks.about(
                                file,
                                "was refused: " + no.reason() + " (" + no.code().text() + ")",
                                now.monotonicMs());
                    }
                }
            }
            if (granted && !again) {
                seen.add(outcome.identity());
            } else if (again && outcome.identity().equals(file.done)) {
                file.done = null;
                agenda.putAtLatest(file, now.monotonicMs() + STORE_AGAIN_MS);
            }
        }
    }
}
