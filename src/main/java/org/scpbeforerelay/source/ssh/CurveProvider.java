package org.scpbeforerelay.source.ssh;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.util.security.SecurityProviderChoice;
import org.apache.sshd.common.util.security.SecurityUtils;

/**
 * Of Bouncy Castle the two curves alone, Ed25519 and X25519, of which its implementation is several times as fast as the JDK's. For all else that has a
 * name in the JDK's cryptography MINA SSHD is sent to the JDK. Bouncy Castle's own provider would bring two thousand algorithms and
 * six hundred classes to each start (docs/adr/0160). What MINA SSHD takes from Bouncy Castle without a provider, the exchanges that resist a
 * quantum computer, stays.
 */
final class CurveProvider extends Provider {
    private static final long serialVersionUID = 1L;

    /** The name under which MINA SSHD looks for Bouncy Castle. */
    private static final String NAME = "BC";

    private static final String CLASSES = "org.bouncycastle.jcajce.provider.asymmetric.edec.";
    private static final String SETTINGS = "org.apache.sshd.security.provider." + NAME + ".";

    // By kind of service, the names by which MINA SSHD asks.
    private static final Map<String, List<String>> SERVICES = Map.of(
            "KeyFactory", List.of("Ed25519", "EdDSA", "X25519"),
            "KeyPairGenerator", List.of("Ed25519", "EdDSA", "X25519"),
            "Signature", List.of("Ed25519", "EdDSA"),
            "KeyAgreement", List.of("X25519"));

    private CurveProvider() {
        super(NAME, "1.0", "Ed25519 and X25519 of Bouncy Castle");
        SERVICES.forEach(
                (kind, names) -> names.forEach(name -> put(kind + "." + name, CLASSES + kind + "Spi$" + name)));
    }

    /** Puts it where MINA SSHD will find it; before that is used. A Bouncy Castle that is there already stays. */
    static void register() {
        if (Security.getProvider(NAME) == null) {
            System.setProperty(SETTINGS + "supportAll", "none");
            SERVICES.forEach((kind, names) -> System.setProperty(SETTINGS + kind, String.join(",", names)));
            Security.addProvider(new CurveProvider());
            // Asking makes MINA SSHD look for its providers, and take Bouncy Castle for the default.
            if (SecurityUtils.isBouncyCastleRegistered()) {
                SecurityUtils.setDefaultProviderChoice(SecurityProviderChoice.EMPTY);
            }
        }
    }
}
