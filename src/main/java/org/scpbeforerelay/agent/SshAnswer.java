package org.scpbeforerelay.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an {@code ssh … announce} meant. The endpoint's own words are {@code granted PRINCIPAL ADDRESS until TIME} and
 * {@code note: …} on standard output, {@code refused CODE reason} on standard error; exit 77 is a refusal, 255 ssh's own trouble,
 * whose kind only its message tells.
 */
sealed interface SshAnswer {
    /**
     * One lease.
     *
     * @param principal {@code gerard/gwaihir}
     * @param address as the server writes it; with {@code /64} when a whole network is leased
     * @param until RFC 3339, UTC
     */
    record Lease(String principal, String address, String until) {
        /** {@code gwaihir}. */
        String device() {
            return principal.substring(principal.indexOf('/') + 1);
        }
    }

    /** Done. */
    record Granted(List<Lease> leases, List<String> notes) implements SshAnswer {
        public Granted {
            leases = List.copyOf(leases);
            notes = List.copyOf(notes);
        }
    }

    /** The endpoint said no, or would not have the key ({@code key-refused}, our word). */
    record Refused(String code, String reason) implements SshAnswer {
        private static final Set<String> PASSING = Set.of(
                "rate-limited", "store-unavailable", "too-many-devices", "from-not-allowed", "address-not-allowed");

        /** Whether it may be granted later, or from elsewhere, without anybody's changing anything. */
        boolean mayPass() {
            return PASSING.contains(code);
        }
    }

    /** The host's key is not the one that is known, or none is known. */
    record HostKey(boolean changed, String detail) implements SshAnswer {}

    /** ssh would not even try: a wrong option, a missing file. */
    record Misused(String reason) implements SshAnswer {}

    /** Nobody there, or nobody who speaks as the endpoint does. */
    record Unreachable(String reason) implements SshAnswer {}

    Pattern GRANTED = Pattern.compile("granted ([a-z0-9._-]+/[a-z0-9._-]+) ([0-9a-fA-F.:]+(?:/64)?) until (\\S+)");
    Pattern REFUSED = Pattern.compile("(?m)refused ([a-z-]+) (.*)$");
    Pattern NO_OPTION = Pattern.compile(
            "(?m)^(command-line: .*|unknown option.*|usage: ssh.*|.*Bad configuration option.*|.*Bad owner or permissions.*|.*terminating, .* bad configuration.*)$");
    int REFUSED_STATUS = 77;

    /** Of how ssh ended. */
    static SshAnswer of(int exitStatus, String output, String errors) {
        if (exitStatus == 0) {
            return granted(output);
        }
        Matcher refused = REFUSED.matcher(errors);
        if (refused.find()) {
            return new Refused(refused.group(1), refused.group(2).strip());
        }
        if (errors.contains("REMOTE HOST IDENTIFICATION HAS CHANGED")) {
            return new HostKey(true, offending(errors));
        }
        if (errors.contains("Host key verification failed")) {
            return new HostKey(false, "");
        }
        if (errors.contains("Permission denied")) {
            return new Refused("key-refused", "the server knows no such user, or not this key");
        }
        Matcher misused = NO_OPTION.matcher(errors);
        if (misused.find()) {
            return new Misused(misused.group(1));
        }
        String said = Words.lastLine(errors);
        return new Unreachable(said.isEmpty() ? "ssh ended with " + exitStatus : said);
    }

    private static SshAnswer granted(String output) {
        List<Lease> leases = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher matcher = GRANTED.matcher(line);
            if (matcher.matches()) {
                leases.add(new Lease(matcher.group(1), matcher.group(2), matcher.group(3)));
            } else if (line.startsWith("note: ")) {
                notes.add(line.substring("note: ".length()));
            }
        }
        return leases.isEmpty()
                ? new Unreachable("something else than scp-before-relay answers there; it said: "
                        + (output.isBlank() ? "nothing" : Words.lastLine(output)))
                : new Granted(leases, notes);
    }

    private static String offending(String errors) {
        return errors.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("Offending "))
                .findFirst()
                .orElse("");
    }
}
