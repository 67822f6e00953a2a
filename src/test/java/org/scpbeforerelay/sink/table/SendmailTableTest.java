package org.scpbeforerelay.sink.table;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Sendmail's access map, by the real makemap. */
@Tag("e2e")
final class SendmailTableTest extends IndexedTableContract {
    private static final Map<String, String> IPV6_KEYS = Map.of(
            "2001:db8:100::10", "2001:db8:100:0:0:0:0:10",
            "2001:db8::9", "2001:db8:0:0:0:0:0:9");

    @Override
    TableType type() {
        return TableType.SENDMAIL;
    }

    @Override
    List<String> packages() {
        return List.of("postfix", "sendmail");
    }

    @BeforeAll
    void installSendmail() {
        // makemap wants to read it for options about files that it may trust.
        host.write("/etc/mail/sendmail.cf", "", 0644);
    }

    @Override
    List<String> indexer() {
        return host.commandLine(List.of("makemap"));
    }

    @Override
    String line(String address) {
        String six = IPV6_KEYS.get(address);
        return "connect:" + (six == null ? address : "ipv6:" + six) + " RELAY";
    }

    @Override
    List<String> read() {
        String file = scene.files().published().toString();
        return host.exec("makemap", "-u", "hash", file)
                .orThrow()
                .stdout()
                .lines()
                .map(line -> line.replace('\t', ' '))
                .toList();
    }
}
