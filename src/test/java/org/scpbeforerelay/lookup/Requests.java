package org.scpbeforerelay.lookup;

import java.nio.charset.StandardCharsets;

/** Requests as mail servers write them. */
final class Requests {
    static final String OK = "action=OK\n\n";
    static final String DUNNO = "action=DUNNO\n\n";

    private Requests() {}

    static String policy(String clientAddress) {
        return policy(clientAddress, "4f2.6740a1b2.c3d4e.0");
    }

    /** With all that Postfix 3.7 sends: 571 bytes or so. */
    static String policy(String clientAddress, String instance) {
        return """
                request=smtpd_access_policy
                protocol_state=RCPT
                protocol_name=ESMTP
                client_address=%s
                client_name=unknown
                client_port=41234
                reverse_client_name=unknown
                server_address=192.0.2.25
                server_port=25
                helo_name=gwaihir.example.org
                sender=gerard@example.org
                recipient=frodo@example.net
                recipient_count=0
                queue_id=
                instance=%s
                size=1024
                etrn_domain=
                stress=
                sasl_method=
                sasl_username=
                sasl_sender=
                ccert_subject=
                ccert_issuer=
                ccert_fingerprint=
                ccert_pubkey_fingerprint=
                encryption_protocol=TLSv1.3
                encryption_cipher=TLS_AES_256_GCM_SHA384
                encryption_keysize=256
                policy_context=scp

                """.formatted(clientAddress, instance);
    }

    static String socketmap(String map, String key) {
        return netstring(map + " " + key);
    }

    static String tcpTable(String key) {
        return "get " + key + "\n";
    }

    static String netstring(String content) {
        return content.getBytes(StandardCharsets.ISO_8859_1).length + ":" + content + ",";
    }
}
