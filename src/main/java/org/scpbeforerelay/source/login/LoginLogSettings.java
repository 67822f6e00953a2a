package org.scpbeforerelay.source.login;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which logs, and what a login in them gives.
 *
 * @param files plain log files
 * @param journal systemd units
 * @param services names of formats
 * @param formats the folder of own formats; null for none
 * @param termMs of a login's lease, from the line's time
 * @param endAtLogout whether a lease ends with the last connection of its user on its address
 * @param places the folder in which the places in the logs are kept; made when it is missing
 * @param zone of time stamps that name none: that of the syslog daemon, which is this host's
 */
public record LoginLogSettings(
        List<Path> files,
        List<String> journal,
        List<String> services,
        @Nullable Path formats,
        long termMs,
        boolean endAtLogout,
        Path places,
        ZoneId zone) {
    public LoginLogSettings {
        files = List.copyOf(files);
        journal = List.copyOf(journal);
        services = List.copyOf(services);
    }
}
