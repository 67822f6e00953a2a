package org.scpbeforerelay.sink.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The mail servers' own programs, each as the words that a command begins with. {@code ["postmap"]} is looked for in PATH and
 * the folders of system programs; {@code ["/opt/postfix/sbin/postmap", "-c", "/etc/postfix-out"]} serves a second Postfix.
 *
 * @param smtpctl none: somebody else tells OpenSMTPD, who may
 * @param limit how long one run may take; it is killed then
 */
public record TableTools(
        List<String> postmap, List<String> postconf, List<String> makemap, List<String> smtpctl, Duration limit) {
    /** A rebuild of a million rows takes some seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    public TableTools {
        postmap = List.copyOf(postmap);
        postconf = List.copyOf(postconf);
        makemap = List.copyOf(makemap);
        smtpctl = List.copyOf(smtpctl);
    }

    /** The programs as installed. OpenSMTPD obeys root alone (its control.c), whatever groups another user is in. */
    public static TableTools ofPath() {
        return new TableTools(
                List.of("postmap"),
                List.of("postconf"),
                List.of("makemap"),
                isRoot() ? List.of("smtpctl") : List.of(),
                LIMIT);
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            return false;
        }
    }
}
