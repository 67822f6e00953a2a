package org.scpbeforerelay.sink.history;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.LeaseKey;
import org.scpbeforerelay.sink.history.RelayCounts.Place;
import org.scpbeforerelay.sink.history.RelayCounts.Standing;

/** Keeps the counts of the leases that stand in a file, and brings them back. For the one thread of the record, after its start. */
final class RelayCountsKeeper {
    /** With more leases that have relayed the file is written less often: every second for so many, and one more for as many again. */
    private static final int LEASES_A_SECOND = 10_000;

    private final RelayCounts counts;
    private final RelayCountsFile file;
    private final Function<LeaseKey, @Nullable Lease> standing;
    private List<Standing> written = List.of();
    private int looks;

    RelayCountsKeeper(Path folder, RelayCounts counts, Function<LeaseKey, @Nullable Lease> standing) {
        this.counts = counts;
        this.file = new RelayCountsFile(folder);
        this.standing = standing;
    }

    /** Takes up what was counted before a restart; gives back the counts of leases that have ended meanwhile. */
    List<Standing> restore() throws IOException {
        List<Standing> gone = new ArrayList<>();
        List<Standing> before = file.read();
        for (Standing count : before) {
            Lease lease = standing.apply(count.place().key());
            if (lease != null
                    && lease.address().equals(count.place().address())
                    && lease.grantedAtMs() == count.grantedAtMs()) {
                counts.add(lease, count.relayed().messages(), count.relayed().recipients());
            } else {
                gone.add(count);
            }
        }
        if (!before.isEmpty()) {
            write();
        }
        return gone;
    }

    /** To be called each second: writes when it is time, and something has changed. Gives back what belongs to no lease. */
    List<Standing> keep() throws IOException {
        if (++looks <= counts.size() / LEASES_A_SECOND) {
            return List.of();
        }
        looks = 0;
        List<Standing> lost = counts.takeLost(this::stands);
        write();
        return lost;
    }

    void write() throws IOException {
        List<Standing> all = counts.all();
        if (!all.equals(written)) {
            file.write(all);
            written = all;
        }
    }

    private boolean stands(Place place) {
        Lease lease = standing.apply(place.key());
        return lease != null && lease.address().equals(place.address());
    }
}
