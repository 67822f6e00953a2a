package org.scpbeforerelay.quota;

import org.scpbeforerelay.lease.UserName;

/** What has been used, for reading; safe from any thread. */
@FunctionalInterface
public interface Quotas {
    /** Nobody has used anything. */
    Quotas UNUSED = user -> Usage.NONE;

    /** What this user has used. */
    Usage usage(UserName user);
}
