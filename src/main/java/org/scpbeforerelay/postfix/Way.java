package org.scpbeforerelay.postfix;

import java.util.Optional;

/** How Postfix is to ask. */
public sealed interface Way {
    /** By the policy protocol over the socket in the queue directory: ends with the lease, knows senders, and fails safe. */
    record Policy() implements Way {
        @Override
        public String question(boolean second) {
            return "check_policy_service { unix:" + Ours.SOCKET + ", timeout=3s, try_limit=2, policy_context="
                    + (second ? Ours.SECOND_CONTEXT : Ours.CONTEXT) + ",\n"
                    + "    { default_action = DEFER_IF_REJECT relay lease service unavailable } }";
        }

        @Override
        public Optional<String> questionAtData() {
            return Optional.of("check_policy_service { unix:" + Ours.SOCKET
                    + ", timeout=3s, try_limit=2, policy_context=" + Ours.CONTEXT + ", default_action=DUNNO }");
        }

        @Override
        public String why() {
            return "an address with a lease may relay; while the daemon is away relay waits (450) and other mail flows";
        }
    }

    /**
     * By a table: {@code socketmap:inet:127.0.0.1:10040:relay} or {@code lmdb:/path}.
     *
     * @param table as main.cf names it
     */
    record Table(String table) implements Way {
        @Override
        public String question(boolean second) {
            return "check_client_access " + table;
        }

        @Override
        public Optional<String> questionAtData() {
            return Optional.empty();
        }

        @Override
        public String why() {
            return "an address with a lease may relay; senders and quotas are not known to a table";
        }
    }

    /** The restriction; {@code second} where another list has asked already. */
    String question(boolean second);

    /** What is asked at DATA. */
    Optional<String> questionAtData();

    /** Why it stands there, in a sentence. */
    String why();
}
