package org.scpbeforerelay.source.ssh;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.lease.DeviceName;
import org.scpbeforerelay.lease.UserName;

/** What a client logs in as: {@code gerard}, or {@code gerard+gwaihir} to speak as one device. */
record LoginName(UserName user, @Nullable DeviceName device) {
    static Optional<LoginName> tryParse(String text) {
        int plus = text.indexOf('+');
        if (plus < 0) {
            return UserName.tryParse(text).map(user -> new LoginName(user, null));
        }
        Optional<DeviceName> device = DeviceName.tryParse(text.substring(plus + 1));
        return device.isEmpty()
                ? Optional.empty()
                : UserName.tryParse(text.substring(0, plus)).map(user -> new LoginName(user, device.get()));
    }
}
