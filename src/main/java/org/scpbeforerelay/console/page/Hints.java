package org.scpbeforerelay.console.page;

import tools.jackson.databind.JsonNode;

/** What stands where there is nothing yet: what would be there, and the next step. */
final class Hints {
    private Hints() {}

    static void nothing(Html html, String title, String says) {
        html.raw("<div class=\"empty\"><h3>")
                .text(title)
                .raw("</h3><p>")
                .text(says)
                .raw("</p></div>");
    }

    private static void step(Html html, String title, String says, String commands) {
        html.raw("<div class=\"empty\"><h3>")
                .text(title)
                .raw("</h3><p>")
                .text(says)
                .raw("</p><pre tabindex=\"0\">")
                .text(commands)
                .raw("</pre></div>");
    }

    /** No lease is found: because of the search, because there is no user, or because nobody has announced. */
    static void noLease(Html html, JsonNode status, Parts parts, String searched) {
        if (!searched.isEmpty()) {
            nothing(html, "No lease has “" + searched + "” in it", "Leases that have ended are in the record.");
        } else if (status.path("users").asLong() == 0) {
            step(
                    html,
                    "There is no user yet",
                    "A user is a name with SSH keys. Make one on the relay host, with the public key of whoever shall announce:",
                    "scp-before-relay user add gerard --key gerard.pub");
        } else {
            String ssh = parts.listening("ssh");
            String port = ssh.replaceFirst(",.*", "").replaceFirst(".*:", "");
            step(
                    html,
                    "Nobody has a lease now",
                    "A client announces where it is by SSH, and this page shows it at once:",
                    ssh.isEmpty()
                            ? "scp gwaihir-ip gerard@relayhost:tmp"
                            : "ssh -p " + port + " gerard@relayhost announce\nscp -P " + port
                                    + " gwaihir-ip gerard@relayhost:");
        }
    }

    /** No mail server has asked since the start. */
    static void noQuestion(Html html) {
        step(
                html,
                "No mail server has asked since the start",
                "Postfix asks at each message once its settings name this daemon. This prints the lines for this host:",
                "scp-before-relay postfix");
    }
}
