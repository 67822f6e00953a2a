package org.scpbeforerelay.lookup;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.relay.MailWatch;

/** What the listener tells of mail, a line each. */
final class WatchedMail implements MailWatch {
    final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void permitted(Lease lease, boolean newMessage) {
        told.add("permitted " + lease.principal() + (newMessage ? " new" : ""));
    }

    @Override
    public void accepted(AcceptedMail mail, int notAccepted) {
        told.add("accepted " + mail.lease().principal() + " " + mail.client() + " " + mail.queueId() + " <"
                + mail.sender() + "> " + mail.recipients() + " less " + notAccepted
                + (mail.usage() == null ? "" : " counted") + by(mail.door()));
    }

    @Override
    public void turnedAway(TurnedAwayMail mail) {
        told.add("turned away " + mail.lease().principal() + " " + mail.instance() + " <" + mail.sender() + "> "
                + (mail.limit() == null ? "sender" : mail.limit().limitText()) + ", told " + mail.told()
                + by(mail.door()));
    }

    private static String by(Door door) {
        return door == Door.UNIX ? "" : " by " + door.text();
    }
}
