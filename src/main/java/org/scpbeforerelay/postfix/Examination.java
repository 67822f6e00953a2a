package org.scpbeforerelay.postfix;

import java.util.ArrayList;
import java.util.List;

/** All that is to be said of a Postfix; {@code check} shows it, {@code postfix} the part that it leaves alone. */
public final class Examination {
    private Examination() {}

    /** Everything, problems or not. */
    public static List<Remark> of(MailSetup setup, Ours ours) {
        List<Remark> remarks = new ArrayList<>();
        if (setup.smtpds().isEmpty()) {
            return List.of(Remark.advice(
                    "no smtpd takes mail from the network",
                    "master.cf",
                    "there is nobody who could ask this program",
                    "nothing, when this host only sends"));
        }
        remarks.addAll(RelayExam.examine(setup, ours));
        remarks.addAll(AskExam.examine(setup, ours));
        remarks.addAll(SurroundingsExam.examine(setup, ours));
        remarks.addAll(leftAlone(setup, ours));
        return List.copyOf(remarks);
    }

    /** What stands in a leased client's way and is never changed by a plan. */
    public static List<Remark> leftAlone(MailSetup setup, Ours ours) {
        return ObstacleExam.examine(setup, ours);
    }
}
