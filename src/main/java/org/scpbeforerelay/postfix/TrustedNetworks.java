package org.scpbeforerelay.postfix;

import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;

/** {@code mynetworks}, as far as they are written as networks: {@code 192.0.2.0/24}, {@code [2001:db8::]/32}. */
public final class TrustedNetworks {
    private TrustedNetworks() {}

    /** Tables and exceptions are left out. */
    public static List<Network> of(MailSetup setup) {
        return Words.of(setup.value("mynetworks")).stream()
                .map(word -> parse(word.text()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Bits behind the prefix are Postfix's to complain of. */
    static Optional<Network> parse(String word) {
        int slash = word.indexOf('/');
        String address = (slash < 0 ? word : word.substring(0, slash)).replaceAll("[\\[\\]]", "");
        Optional<ClientAddress> base = ClientAddress.tryParse(address);
        String length = slash < 0 ? "" : word.substring(slash + 1);
        if (base.isEmpty() || slash >= 0 && !length.matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        int most = base.get().family().bits();
        return Optional.of(Network.around(base.get(), slash < 0 ? most : Math.min(Integer.parseInt(length), most)));
    }
}
