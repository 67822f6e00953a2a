package org.scpbeforerelay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scpbeforerelay.key.AuthorizedKey;
import org.scpbeforerelay.key.KeySyntaxException;
import org.tomlj.TomlPosition;

/**
 * The file of {@code [ssh] trusted_user_ca_keys}, as {@code TrustedUserCAKeys} of sshd_config(5): one public key a line, blank
 * lines and {@code #} comments.
 */
final class AuthoritiesFile {
    private AuthoritiesFile() {}

    static List<AuthorizedKey> read(Problems problems) {
        List<AuthorizedKey> keys = new ArrayList<>();
        Optional<String> text = TomlText.read(problems);
        if (text.isEmpty() && problems.isEmpty()) {
            problems.add(null, "does not exist; [ssh] trusted_user_ca_keys names it");
        }
        List<String> lines = text.stream().flatMap(String::lines).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                readLine(line, TomlPosition.positionAt(i + 1, 1), keys, problems);
            }
        }
        return keys;
    }

    private static void readLine(String line, TomlPosition at, List<AuthorizedKey> keys, Problems problems) {
        try {
            AuthorizedKey key = AuthorizedKey.parse(line);
            if (!key.options().isEmpty()) {
                problems.add(at, "an authority has no options here; with options it goes into a user's keys");
            } else if (keys.stream().anyMatch(former -> former.blob().equals(key.blob()))) {
                problems.add(at, "the key " + key.fingerprint() + " stands there twice");
            } else {
                keys.add(key);
            }
        } catch (KeySyntaxException e) {
            problems.add(at, String.valueOf(e.getMessage()));
        }
    }
}
