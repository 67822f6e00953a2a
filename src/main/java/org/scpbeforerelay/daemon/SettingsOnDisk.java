package org.scpbeforerelay.daemon;

import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Clock;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.SettingsFile;
import org.scpbeforerelay.config.UsersDirectory;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;

/**
 * Settings and users as the files have them, read at the start and at each reload. Knows what the start found, and why what is on
 * disk now is not in force: who did not see a reload fail must learn it from {@code status}.
 */
final class SettingsOnDisk {
    private final Places places;
    private final Clock clock;
    private final Configuration atStart;
    private boolean settingsWereThere;
    private boolean usersWereThere;
    private volatile @Nullable NotInForce notInForce;

    /** Since when the files say something else than what is in force, and why that could not be taken. */
    private record NotInForce(long sinceMs, String why) {}

    /** Reads everything; {@link SettingsException} has all that is wrong, and nothing was touched. */
    SettingsOnDisk(Places places, Clock clock) throws SettingsException {
        this.places = places;
        this.clock = clock;
        this.atStart = readAgain();
    }

    Configuration atStart() {
        return atStart;
    }

    /** Reads everything anew. What was there and is gone is no wish for the defaults, but a slip or an unmounted disk. */
    Configuration readAgain() throws SettingsException {
        Settings settings = settingsWereThere
                ? SettingsFile.readAgain(places.settingsFile())
                : SettingsFile.read(places.settingsFile());
        UsersDirectory users = usersWereThere
                ? UsersDirectory.readAgain(places.usersDirectory(), settings)
                : UsersDirectory.read(places.usersDirectory(), settings);
        Configuration read = Configuration.checked(places, settings, users);
        settingsWereThere = Files.exists(places.settingsFile());
        usersWereThere = Files.exists(places.usersDirectory());
        return read;
    }

    /** From now on what was read last is in force. */
    void isInForce() {
        notInForce = null;
    }

    /** It was not taken into force, and will not be before a reload succeeds. */
    void isNotInForce(Exception why) {
        NotInForce former = notInForce;
        notInForce = new NotInForce(former == null ? clock.now().wallMs() : former.sinceMs, words(why));
    }

    /** Adds the standing problem to {@code status}, while there is one. */
    void describe(ArrayNode problems) {
        NotInForce standing = notInForce;
        if (standing != null) {
            problems.add("the settings on disk are not in force since " + Json.second(standing.sinceMs) + ": "
                    + standing.why);
        }
    }

    private static String words(Exception why) {
        if (!(why instanceof SettingsException wrong)) {
            return "the reload failed inside (" + why + "); the log says where";
        }
        List<SettingsException.Problem> problems = wrong.problems();
        int more = problems.size() - 1;
        return problems.getFirst() + (more == 0 ? "" : "; and " + more + " more, which 'check' lists");
    }
}
