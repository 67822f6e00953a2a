package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;

/** How a Postfix asks this program, and so what can be kept of a user's limits. */
public enum AskedWay {
    /** Not at all, as far as main.cf and master.cf tell. */
    NOT_AT_ALL,
    /** By a table or a protocol of tables: an address, nothing else. */
    TABLE,
    /** By the policy protocol on a TCP port, which other programs reach too: senders, and no counting. */
    POLICY_BY_TCP,
    /** By the policy protocol on a unix socket: everything. */
    POLICY;

    /** The best of the ways in which port 25 asks. */
    public static AskedWay of(MailSetup setup, Ours ours) {
        AskedWay best = NOT_AT_ALL;
        String queue = setup.value("queue_directory");
        for (MailService service : setup.mailIn()) {
            List<Restriction> lists = new ArrayList<>(setup.list(service, "smtpd_relay_restrictions"));
            lists.addAll(setup.list(service, "smtpd_recipient_restrictions"));
            for (Restriction one : lists) {
                AskedWay way = !ours.isAskedBy(one, queue)
                        ? NOT_AT_ALL
                        : !one.isPolicy() ? TABLE : one.server().startsWith("unix:") ? POLICY : POLICY_BY_TCP;
                best = way.compareTo(best) > 0 ? way : best;
            }
        }
        return best;
    }
}
