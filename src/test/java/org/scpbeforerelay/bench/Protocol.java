package org.scpbeforerelay.bench;

import org.scpbeforerelay.address.ClientAddress;

/** What is asked by each protocol, as real mail servers write it, and the answer to it. */
enum Protocol {
    POLICY("action=OK\n\n") {
        @Override
        String request(ClientAddress client, int number) {
            return """
                    request=smtpd_access_policy
                    protocol_state=RCPT
                    protocol_name=ESMTP
                    client_address=%1$s
                    client_name=unknown
                    client_port=%5$d
                    reverse_client_name=unknown
                    server_address=192.0.2.25
                    server_port=25
                    helo_name=gwaihir%3$d.example.org
                    sender=gerard%3$d@example.org
                    recipient=frodo%4$d@example.net
                    recipient_count=0
                    queue_id=
                    instance=%2$x.6740a1b2.c3d4e.0
                    size=%5$d
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

                    """.formatted(client, number, number % 13, number % 7, 1025 + number * 31);
        }
    },
    SOCKETMAP("9:OK permit,") {
        @Override
        String request(ClientAddress client, int number) {
            String content = "relay " + client;
            return content.length() + ":" + content + ",";
        }
    },
    TCP_TABLE("200 permit\n") {
        @Override
        String request(ClientAddress client, int number) {
            return "get " + client + "\n";
        }
    };

    private final String answer;

    Protocol(String answer) {
        this.answer = answer;
    }

    /** The bytes of one question. */
    abstract String request(ClientAddress client, int number);

    /** What is said to a client that may relay. */
    String answer() {
        return answer;
    }
}
