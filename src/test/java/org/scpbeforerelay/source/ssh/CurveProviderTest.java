package org.scpbeforerelay.source.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.junit.jupiter.api.Test;

/** Whose cryptography MINA SSHD uses for what. */
final class CurveProviderTest {
    /** In a JVM of its own: in this one, another test may have used MINA SSHD already, which looks for its providers once. */
    @Test
    void theTwoCurvesAreBouncyCastlesAndAllElseIsTheJdks() throws Exception {
        Process asked = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asked.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).endsWith("""
                Ed25519 and X25519 of Bouncy Castle
                Ed25519 and X25519 of Bouncy Castle
                Ed25519 and X25519 of Bouncy Castle
                Ed25519 and X25519 of Bouncy Castle
                SunEC SunRsaSign SunEC SUN SunJCE
                true false
                """);
        assertThat(asked.waitFor()).isZero();
    }

    /** Prints who provides what. */
    static final class Asked {
        private Asked() {}

        public static void main(String[] arguments) throws Exception {
            CurveProvider.register();
            System.out.println(
                    SecurityUtils.getSignature("Ed25519").getProvider().getInfo());
            System.out.println(
                    SecurityUtils.getKeyFactory("Ed25519").getProvider().getInfo());
            System.out.println(
                    SecurityUtils.getKeyAgreement("X25519").getProvider().getInfo());
            System.out.println(
                    SecurityUtils.getKeyPairGenerator("X25519").getProvider().getInfo());
            System.out.println(String.join(
                    " ",
                    SecurityUtils.getSignature("SHA256withECDSA").getProvider().getName(),
                    SecurityUtils.getKeyFactory("RSA").getProvider().getName(),
                    SecurityUtils.getKeyAgreement("ECDH").getProvider().getName(),
                    SecurityUtils.getMessageDigest("SHA-512").getProvider().getName(),
                    SecurityUtils.getCipher("AES/GCM/NoPadding").getProvider().getName()));
            KeyPair key = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
            Signature signing = SecurityUtils.getSignature("Ed25519");
            signing.initSign(key.getPrivate());
            signing.update(new byte[] {1, 2, 3});
            byte[] signature = signing.sign();
            System.out.println(verifies(key, signature, 3) + " " + verifies(key, signature, 2));
        }

        private static boolean verifies(KeyPair key, byte[] signature, int length) throws Exception {
            Signature verifying = SecurityUtils.getSignature("Ed25519");
            verifying.initVerify(key.getPublic());
            verifying.update(new byte[] {1, 2, 3}, 0, length);
            return verifying.verify(signature);
        }
    }
}
