package org.scpbeforerelay.source.ssh;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeyBlob;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.UserName;

/**
 * Who a client has proved to be.
 *
 * @param user the user
 * @param device the device that the key or the login name names; null where the client may name one
 * @param provenBy the key, or the key of the authority that signed the certificate
 * @param key the line of the user's that says so; null for a certificate of an authority that all users trust
 * @param notAfterMs the first instant, by the wall clock, at which the proof counts no more, or {@link Long#MAX_VALUE}
 * @param proof the fingerprint of {@code provenBy}
 */
record Identity(
        UserName user,
        @Nullable DeviceName device,
        KeyBlob provenBy,
        @Nullable AuthorizedKey key,
        long notAfterMs,
        String proof) {}
