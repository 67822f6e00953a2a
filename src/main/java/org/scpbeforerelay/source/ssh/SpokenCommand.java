package org.scpbeforerelay.source.ssh;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.announce.Announcement.Hold;
import org.scpbeforerelay.announce.AnnouncementFile;
import org.scpbeforerelay.announce.Claim;
import org.scpbeforerelay.announce.RefusalCode;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.announce.Verdict.Refused;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.source.ssh.upload.ClientLine;
import org.scpbeforerelay.source.ssh.upload.Conversation;

/**
 * {@code announce}, {@code revoke}, {@code leases} and {@code help}, said as {@code ssh gerard@host announce}. Exit status: 0
 * done, 1 nothing found, 64 usage, 70 internal, 77 refused. What is sent on standard input is not looked at.
 */
final class SpokenCommand implements Conversation {
    private static final int NOTHING_FOUND = 1;
    private static final int USAGE = 64;
    private static final int REFUSED = 77;
    private static final int ARGUMENTS_MAX = AnnouncementFile.LINES_MAX;

    private final List<String> words;
    private final Visitor visitor;
    private final ClientLine line;

    /** The command of these words; none at all is answered with help. */
    SpokenCommand(List<String> words, Visitor visitor, ClientLine line) {
        this.words = List.copyOf(words);
        this.visitor = visitor;
        this.line = line;
    }

    @Override
    public void begin() {
        switch (words.isEmpty() ? "" : words.getFirst()) {
            case "announce" -> ifWellSaid(List.of("--device", "--term"), this::announce);
            case "revoke" -> ifWellSaid(List.of("--device"), this::revoke);
            case "leases" -> ifWellSaid(List.of("--json"), this::leases);
            case "help", "--help", "-h" -> {
                out(Answers.HELP);
                line.exit(0);
            }
            case "" -> usage("");
            default -> usage("unknown command");
        }
    }

    @Override
    public void data(byte[] bytes, int offset, int length) {
        // Nothing is read.
    }

    @Override
    public void endOfInput() {
        // The answer comes all the same.
    }

    @Override
    public int kept() {
        return 0;
    }

    /** What was said after the command. */
    private record Arguments(@Nullable DeviceName device, long termMs, boolean json, List<String> others) {}

    private interface Action {
        void run(Arguments arguments);
    }

    private void ifWellSaid(List<String> known, Action action) {
        DeviceName device = null;
        long termMs = 0;
        boolean json = false;
        List<String> others = new ArrayList<>();
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String option = equals < 0 ? word : word.substring(0, equals);
            if (!word.startsWith("-")) {
                others.add(word);
                continue;
            }
            if (!known.contains(option)) {
                usage("unknown option; known here: " + String.join(", ", known));
                return;
            }
            if (option.equals("--json")) {
                json = true;
                continue;
            }
            String value = equals >= 0 ? word.substring(equals + 1) : ++i < words.size() ? words.get(i) : "";
            if (option.equals("--device")) {
                device = DeviceName.tryParse(value).orElse(null);
                if (device == null) {
                    usage("--device needs a name of a-z, 0-9, '.', '_' and '-' that is no address");
                    return;
                }
            } else {
                termMs = termMs(value);
                if (termMs <= 0) {
                    usage("--term needs a time like 90s, 20m, 4h or 7d");
                    return;
                }
            }
        }
        if (others.size() > ARGUMENTS_MAX) {
            usage("at most " + ARGUMENTS_MAX + " addresses");
            return;
        }
        Refused barrier = visitor.barrier();
        if (barrier == null && !visitor.maySpeakAs(device)) {
            barrier = new Refused(
                    RefusalCode.ADDRESS_NOT_ALLOWED,
                    "you speak as " + visitor.principal(null) + " alone; leave --device away");
        }
        if (barrier != null) {
            refuse(barrier);
            return;
        }
        action.run(new Arguments(device, termMs, json, others));
    }

    private void announce(Arguments arguments) {
        List<Claim> claims = new ArrayList<>();
        for (String word : arguments.others()) {
            Claim claim = AnnouncementFile.claim(word).orElse(null);
            if (claim == null) {
                refuse(new Refused(RefusalCode.ADDRESS_MALFORMED, AnnouncementFile.noAddress(word)));
                return;
            }
            claims.add(claim);
        }
        answer(visitor.announce(arguments.device(), claims, arguments.termMs(), Hold.NONE), verdict -> {
            switch (verdict) {
                case Verdict.Granted granted -> {
                    granted.leases().forEach(lease -> out(Answers.granted(lease) + "\n"));
                    granted.notes().forEach(note -> out("note: " + note + "\n"));
                    line.exit(0);
                }
                case Refused refused -> refuse(refused);
            }
        });
    }

    private void revoke(Arguments arguments) {
        if (!arguments.others().isEmpty()) {
            usage("revoke takes no address; it ends the leases of a device, or all of yours");
            return;
        }
        answer(visitor.revoke(arguments.device()), (Revocation revocation) -> {
            for (Lease lease : revocation.ended()) {
                out("revoked " + lease.principal() + " " + lease.addressText() + "\n");
            }
            if (revocation.ended().isEmpty()) {
                line.err("no leases");
            }
            line.exit(revocation.ended().isEmpty() ? NOTHING_FOUND : 0);
        });
    }

    private void leases(Arguments arguments) {
        List<Lease> leases = visitor.leases();
        Moment now = visitor.registry().now();
        out(arguments.json() ? Answers.json(leases, now) : Answers.table(leases, now));
        line.exit(0);
    }

    private <T> void answer(CompletableFuture<T> answer, Consumer<T> say) {
        answer.thenAccept(say).exceptionally(failure -> {
            line.err("something went wrong on this host; its log says what");
            line.exit(70);
            return null;
        });
    }

    /** {@code 90s}, {@code 20m}, {@code 4h}, {@code 7d} in milliseconds; 0 when it is none. */
    static long termMs(String text) {
        if (!text.matches("[0-9]{1,7}[smhd]")) {
            return 0;
        }
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        return count
                * switch (text.charAt(text.length() - 1)) {
                    case 's' -> 1_000;
                    case 'm' -> 60_000;
                    case 'h' -> 3_600_000;
                    default -> 86_400_000;
                };
    }

    private void refuse(Refused refused) {
        line.err(Answers.refused(refused));
        line.exit(REFUSED);
    }

    private void usage(String what) {
        if (!what.isEmpty()) {
            line.err(what);
        }
        line.err(Answers.HELP.stripTrailing());
        line.exit(USAGE);
    }

    private void out(String text) {
        line.out(text.getBytes(StandardCharsets.UTF_8));
    }
}
