package org.scpbeforerelay.doctor;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.UserFile;
import org.scpbeforerelay.config.UsersDirectory;
import org.scpbeforerelay.history.HistoryReader;
import org.scpbeforerelay.history.RecordFiles;
import org.scpbeforerelay.key.AuthorizedKey;

/** Looks at each user: whether anything of theirs can be proved, what their keys are worth, and whether they are used at all. */
final class UserExam {
    /** What is not used for so long is a door that nobody watches. */
    static final Duration UNUSED = Duration.ofDays(30);

    /** Enough to make another key. */
    private static final Duration SOON = Duration.ofDays(14);

    /** NIST SP 800-57: 3072 bits of RSA are as hard as 128 bits; ssh-keygen makes no less by default. */
    private static final int RSA_BITS_GOOD = 3072;

    private final Places places;
    private final UsersDirectory users;
    private final Known known;
    private final long nowMs;
    private final List<Finding> findings = new ArrayList<>();

    private UserExam(Places places, UsersDirectory users, Known known) {
        this.places = places;
        this.users = users;
        this.known = known;
        this.nowMs = known.nowMs();
    }

    static List<Finding> examine(Places places, UsersDirectory users, Known known) {
        UserExam exam = new UserExam(places, users, known);
        for (UserFile user : users.users()) {
            if (user.enabled()) {
                exam.examine(user);
            }
        }
        exam.examineUse();
        return exam.findings;
    }

    private String where(UserFile user) {
        return places.usersDirectory().resolve(user.name() + ".toml").toString();
    }

    private void examine(UserFile user) {
        boolean byName = users.authorities().isEmpty()
                && user.logins().isEmpty()
                && user.mayAnnounce().isEmpty();
        if (user.keys().isEmpty() && byName) {
            findings.add(Finding.advice(
                    "user " + user.name() + " has no key",
                    where(user),
                    "without a key, a login name or may_announce there is no way to announce",
                    "scp-before-relay user key add " + user.name() + " FILE"));
        }
        for (AuthorizedKey key : user.keys()) {
            examine(user, key);
        }
    }

    private void examine(UserFile user, AuthorizedKey key) {
        String name = key.comment().isEmpty() ? key.fingerprint() : key.comment() + " (" + key.fingerprint() + ")";
        int bits = key.type().equals("ssh-rsa") ? rsaBits(key) : RSA_BITS_GOOD;
        if (bits < RSA_BITS_GOOD) {
            findings.add(Finding.advice(
                    "user " + user.name() + ": the RSA key " + name + " has " + bits + " bits",
                    where(user),
                    "it is the weakest thing between a stranger and this relay; " + RSA_BITS_GOOD
                            + " is the least for new keys",
                    "on the client: ssh-keygen -t ed25519, then scp-before-relay user key add " + user.name()
                            + " FILE"));
        }
        if (key.expiresAtMs() <= nowMs) {
            findings.add(Finding.advice(
                    "user " + user.name() + ": the key " + name + " ended at "
                            + Instant.ofEpochMilli(key.expiresAtMs()),
                    where(user),
                    "whoever uses it is refused (key-expired)",
                    "scp-before-relay user key remove " + user.name() + " " + key.fingerprint()));
        } else if (key.expiresAtMs() - nowMs < SOON.toMillis()) {
            findings.add(Finding.advice(
                    "user " + user.name() + ": the key " + name + " ends at " + Instant.ofEpochMilli(key.expiresAtMs()),
                    where(user),
                    "its leases and connections end with it",
                    "give the client another key, or write a later expiry-time"));
        }
    }

    /** RFC 4253 section 6.6: a name, the exponent, the modulus. */
    private static int rsaBits(AuthorizedKey key) {
        ByteBuffer blob = ByteBuffer.wrap(key.blob().bytes());
        byte[] last = new byte[0];
        for (int i = 0; i < 3; i++) {
            last = new byte[blob.getInt()];
            blob.get(last);
        }
        return new BigInteger(1, last).bitLength();
    }

    /** Said only where the record reaches back far enough, the user was there all the time, and the daemon tells who has a lease now. */
    private void examineUse() {
        Set<String> holders = known.holders();
        if (holders == null) {
            return; // a lease that is renewed for a month has no line in the record
        }
        long sinceMs = nowMs - UNUSED.toMillis();
        Path folder = places.historyDirectory();
        try {
            List<Path> files = new RecordFiles(folder).all();
            if (files.isEmpty() || RecordFiles.beginMs(files.getFirst()) > sinceMs) {
                return;
            }
            Set<String> used = new HashSet<>(holders);
            new HistoryReader(folder)
                    .read(
                            new HistoryReader.Wanted(null, null, sinceMs),
                            line -> used.add(line.path("user").asString("")));
            for (UserFile user : users.users()) {
                boolean old = Files.getLastModifiedTime(Path.of(where(user))).toMillis() <= sinceMs;
                if (user.enabled() && old && !used.contains(user.name().text())) {
                    findings.add(Finding.advice(
                            "user " + user.name() + " is in no line of the record for " + UNUSED.toDays() + " days",
                            where(user),
                            "a key that nobody uses is one that nobody misses when it is stolen",
                            "scp-before-relay user disable " + user.name()));
                }
            }
        } catch (IOException e) {
            findings.add(Finding.advice(
                    "the record cannot be read: " + e.getMessage(),
                    folder.toString(),
                    "whether users are unused is not known",
                    "run check as root, or as a member of the daemon's group"));
        }
    }
}
