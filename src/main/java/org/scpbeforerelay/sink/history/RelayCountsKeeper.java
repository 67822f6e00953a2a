package org.scpbeforerelay.sink.history;

import java.io.IOException;
import java.nio.file.Path;
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
    private static final int LEASES_A_SECOND = 1_000;

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

    /** Takes up what was counted before a restart: before the book is loaded, for that tells of ends already. */
    void load() throws IOException {
        file.read().forEach(counts::restore);
    }

    /** When the book is loaded: gives back the counts of leases that are none any more, and of which no end was told. */
    List<Standing> settle() throws IOException {
        List<Standing> gone = counts.takeAllBut(this::standsAsCounted);
        write();
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
        return standing(place) != null;
    }

    private boolean standsAsCounted(Standing count) {
        Lease lease = standing(count.place());
        return lease != null && lease.grantedAtMs() == count.grantedAtMs();
    }

    private @Nullable Lease standing(Place place) {
        Lease lease = standing.apply(place.key());
        return lease != null && lease.address().equals(place.address()) ? lease : null;
    }
}
