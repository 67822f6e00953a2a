package org.scpbeforerelay.source.drop;

import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.lease.DeviceName;

/**
 * Where files are dropped, and what makes them believable.
 *
 * @param directories absolute shell patterns; none: nothing is watched
 * @param pattern of the base name, with exactly one {@code *}, which stands for the device
 */
public record DropSettings(List<String> directories, String pattern, Proof proof) {
    /** What makes a dropped file's address believable, besides the user's {@code may_announce}. */
    public enum Proof {
        /** Nothing else. */
        ALLOWANCE,
        /** The directory's owner logged in from there within two minutes before the file's time. */
        SSHD_LOGIN,
        /** The file's word: whoever can write it may open the relay to any public address. */
        NONE
    }

    public DropSettings {
        directories = List.copyOf(directories);
        if (pattern.indexOf('*') < 0 || pattern.indexOf('*') != pattern.lastIndexOf('*')) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' must have exactly one *, which stands for the device");
        }
    }

    /** Whether a base name is one of those that announce. Hidden files never are. */
    boolean matches(String name) {
        int star = pattern.indexOf('*');
        return name.length() > pattern.length() - 1
                && !name.startsWith(".")
                && name.startsWith(pattern.substring(0, star))
                && name.endsWith(pattern.substring(star + 1));
    }

    /** The device that a matching base name stands for; empty when that is no device's name. */
    Optional<DeviceName> device(String name) {
        int star = pattern.indexOf('*');
        return DeviceName.tryParse(name.substring(star, name.length() - (pattern.length() - star - 1)));
    }
}
