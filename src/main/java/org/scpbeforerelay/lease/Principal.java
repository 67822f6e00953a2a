package org.scpbeforerelay.lease;

import java.util.Comparator;

/** A user's device: the one who announces and who holds leases. Written {@code user/device}. */
public record Principal(UserName user, DeviceName device) implements Comparable<Principal> {
    private static final Comparator<Principal> ORDER =
            Comparator.comparing(Principal::user).thenComparing(Principal::device);

    /** Reads {@code user/device}, or {@code user} for its {@link DeviceName#DEFAULT default device}. */
    public static Principal parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new Principal(new UserName(text), DeviceName.DEFAULT)
                : new Principal(new UserName(text.substring(0, slash)), new DeviceName(text.substring(slash + 1)));
    }

    @Override
    public int compareTo(Principal other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return user + "/" + device;
    }
}
