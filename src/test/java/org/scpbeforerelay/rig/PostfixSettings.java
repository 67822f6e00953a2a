package org.scpbeforerelay.rig;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The main.cf and the additions to master.cf of a {@link PostfixHost}. A later value of a parameter replaces the
 * earlier one: a parameter stands in main.cf once.
 */
public final class PostfixSettings {
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final List<String> services = new ArrayList<>();

    private PostfixSettings() {}

    /**
     * A server that takes mail for one domain of its own (any recipient; delivered to nowhere, logged as sent) and
     * relays for {@code mynetworks}, which is 127.0.0.0/8, only. No DNS. Limits that would slow a test down are lifted.
     */
    public static PostfixSettings forDomain(String domain) {
        var settings = new PostfixSettings();
        settings.set("compatibility_level", "3.6")
                .set("mydomain", domain)
                .set("mydestination", domain)
                .set("mynetworks", "127.0.0.0/8")
                .set("inet_interfaces", "all")
                .set("inet_protocols", "all")
                .set("local_recipient_maps", "")
                .set("alias_maps", "")
                .set("local_transport", "discard:")
                .set("biff", "no")
                .set("smtpd_peername_lookup", "no")
                .set("smtp_dns_support_level", "disabled")
                .set("in_flow_delay", "0")
                .set("smtpd_error_sleep_time", "0")
                .set("smtpd_soft_error_limit", "10000")
                .set("smtpd_hard_error_limit", "10000")
                .set("smtpd_junk_command_limit", "10000")
                .set("smtpd_client_connection_count_limit", "0")
                .set("smtp_connection_cache_on_demand", "no");
        return settings;
    }

    /** Any parameter of main.cf. */
    public PostfixSettings set(String parameter, String value) {
        parameters.put(parameter, value);
        return this;
    }

    /** Lines for master.cf, a service each or its continuation lines ({@code "  -o name=value"}). */
    public PostfixSettings service(String... lines) {
        services.addAll(List.of(lines));
        return this;
    }

    /** The next hop for all relayed mail, such as {@code [192.0.2.30]:25}. */
    public PostfixSettings relayhost(String hop) {
        return set("relayhost", hop);
    }

    /** Relay as the manual's primary way says: the policy service at {@code scp/policy} in the queue directory. */
    public PostfixSettings relayByPolicy() {
        return relayByPolicy("unix:scp/policy");
    }

    /** The primary way with another place of the policy service, such as {@code inet:127.0.0.1:10040}. */
    public PostfixSettings relayByPolicy(String service) {
        set("smtpd_relay_restrictions", """

                    permit_mynetworks,
                    permit_sasl_authenticated,
                    permit_auth_destination,
                    check_policy_service { %s, timeout=3s, try_limit=2, policy_context=scp,
                        { default_action = DEFER_IF_REJECT relay lease service unavailable } },
                    reject_unauth_destination""".formatted(service));
        return set("smtpd_data_restrictions", """

                    check_policy_service { %s, timeout=3s, try_limit=2, policy_context=scp, default_action=DUNNO }""".formatted(service));
    }

    /**
     * Relay for the client addresses of an access table, in the same place of the restrictions:
     * {@code socketmap:inet:127.0.0.1:10040:relay}, {@code tcp:127.0.0.1:10040}, {@code lmdb:/path/relay}.
     */
    public PostfixSettings relayByTable(String table) {
        parameters.remove("smtpd_data_restrictions");
        return set("smtpd_relay_restrictions", """

                    permit_mynetworks,
                    permit_sasl_authenticated,
                    permit_auth_destination,
                    check_client_access %s,
                    reject_unauth_destination""".formatted(table));
    }

    String mainCf() {
        var text = new StringBuilder();
        parameters.forEach((name, value) -> text.append(name)
                .append(" =")
                .append(value.startsWith("\n") ? "" : " ")
                .append(continued(value))
                .append('\n'));
        return text.toString();
    }

    /** A line that goes on begins with white space. */
    private static String continued(String value) {
        return value.replace("\n", "\n    ");
    }

    String masterCf() {
        return String.join("\n", services) + "\n";
    }
}
