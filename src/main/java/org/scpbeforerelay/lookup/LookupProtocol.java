package org.scpbeforerelay.lookup;

/** The protocols by which mail servers ask. */
public enum LookupProtocol {
    /** Postfix's {@code check_policy_service}. */
    POLICY("policy"),
    /** Postfix's {@code socketmap:} tables, Sendmail's socket maps, Exim's {@code readsocket}. */
    SOCKETMAP("socketmap"),
    /** Postfix's {@code tcp:} tables. */
    TCP_TABLE("tcp_table");

    private final String text;

    LookupProtocol(String text) {
        this.text = text;
    }

    /** The word used in logs, status and metrics. */
    public String text() {
        return text;
    }
}
