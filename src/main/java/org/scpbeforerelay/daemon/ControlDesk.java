package org.scpbeforerelay.daemon;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.address.Network;
import org.scpbeforerelay.announce.Verdict;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.control.ControlException;
import org.scpbeforerelay.control.ControlHandler;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.lease.Principal;
import org.scpbeforerelay.lease.UserName;
import org.scpbeforerelay.quota.MessageSoFar;
import org.scpbeforerelay.registry.Registry;
import org.scpbeforerelay.registry.Revocation;
import org.scpbeforerelay.registry.Selection;
import org.scpbeforerelay.relay.RelayDecision;
import org.scpbeforerelay.relay.RelayDesk;
import org.scpbeforerelay.relay.RelayQuestion;
import org.scpbeforerelay.relay.Weight;
import org.scpbeforerelay.sign.Sign;
import org.scpbeforerelay.sign.Signs;
import org.scpbeforerelay.sink.history.RelayCounts;
import org.scpbeforerelay.view.Json;
import org.scpbeforerelay.view.LeaseView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers the commands that come through the control socket. */
final class ControlDesk implements ControlHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ControlDesk.class);
    private static final int NO = 1;
    private static final int USAGE = 64;
    private static final int NOT_REACHABLE = 69;
    private static final int INTERNAL = 70;
    private static final int CONFIGURATION = 78;

    /** How long the registry may take for a round, store included, before the operator is told that it hangs. */
    private static final long PATIENCE_SECONDS = 30;

    /** Who asks without a sender asks for any: this one is in nobody's list. */
    private static final String UNTOLD_SENDER = "?";

    private static final String BY_POLICY =
            " (by policy on a unix socket; a table or a socketmap has no user with limits)";

    private final Daemon daemon;
    private final Registry registry;
    private final OperatorDesk operators;

    ControlDesk(Daemon daemon, Registry registry, OperatorDesk operators) {
        this.daemon = daemon;
        this.registry = registry;
        this.operators = operators;
    }

    @Override
    public ObjectNode handle(JsonNode question, String operator, Consumer<ObjectNode> answer) throws ControlException {
        String what = text(question, "do");
        return switch (what) {
            case "status" -> daemon.status();
            case "leases" -> leases(question.path("all").asBoolean(false), answer);
            case "lookup" -> sentence(explanation(question), question);
            case "explain" -> explain(question, answer);
            case "grant" -> grant(question, operator, answer);
            case "revoke" -> revoke(text(question, "what"), operator, answer);
            case "reload" -> reload(question.path("written").asBoolean(false), operator, answer);
            case "console" -> console(operator);
            default ->
                throw new ControlException(
                        USAGE,
                        "the daemon does not know '" + what + "': it is older or newer than this command; restart it");
        };
    }

    private ObjectNode leases(boolean all, Consumer<ObjectNode> answer) {
        Moment now = registry.now();
        Signs signs = registry.signs(now);
        for (Lease lease : registry.book().inOrder()) {
            boolean active = lease.activeAt(now);
            if (active || all) {
                ObjectNode row = view(lease, signs, now);
                answer.accept(all ? row.put("active", active) : row);
            }
        }
        return Json.object();
    }

    /** A lease that stands, with how much was relayed by it. */
    ObjectNode view(Lease lease, Signs signs, Moment now) {
        ObjectNode view = LeaseView.of(lease, signs.of(lease), now);
        RelayCounts.Relayed relayed = daemon.relayed(lease);
        view.putObject("relayed").put("messages", relayed.messages()).put("recipients", relayed.recipients());
        return view;
    }

    ObjectNode explain(JsonNode question, Consumer<ObjectNode> answer) throws ControlException {
        RelayDesk.Explanation explanation = explanation(question);
        Moment now = registry.now();
        Signs signsNow = registry.signs(now);
        for (RelayDesk.Weighed weighed : explanation.leases()) {
            Lease lease = weighed.lease();
            List<Sign> signs = signsNow.of(lease);
            boolean depends = dependsOnTheSender(weighed.weight(), question);
            String sentence = "the lease of " + lease.principal() + " on " + lease.addressText() + " (by "
                    + lease.source().text() + ", until " + Json.second(lease.expiresAtMs()) + ") "
                    + (depends
                            ? "permits some senders: add --sender ADDRESS"
                            : weighed.weight().sentence())
                    + QuotaWords.clauses(weighed.usage(), now)
                    + signs.stream().map(sign -> "; " + sign.says()).collect(Collectors.joining());
            ObjectNode row = Json.object()
                    .put("who", lease.principal().toString())
                    .put("address", lease.addressText())
                    .put("granted_at", Json.time(lease.grantedAtMs()))
                    .put(
                            "weight",
                            depends ? "sender_untold" : weighed.weight().name().toLowerCase(java.util.Locale.ROOT))
                    .put("seconds_left", weighed.leftMs() / 1000)
                    .put("sentence", sentence);
            row.set("signs", LeaseView.signs(signs));
            answer.accept(QuotaWords.describe(row, weighed.usage(), now));
        }
        if (explanation.leases().isEmpty()) {
            answer.accept(Json.object()
                    .put("weight", "none")
                    .put(
                            "sentence",
                            "no lease covers this address: nobody has proved to be there, or it has long ended"));
        }
        return sentence(explanation, question);
    }

    private RelayDesk.Explanation explanation(JsonNode question) throws ControlException {
        ClientAddress address = address(text(question, "address"));
        MessageSoFar message = daemon.countsMessages() ? MessageSoFar.NEW : null;
        if (question.has("sender")) {
            String sender = text(question, "sender").replaceFirst("^<(.*)>$", "$1");
            return registry.explain(new RelayQuestion(address, sender, message));
        }
        return registry.explain(
                message == null
                        ? RelayQuestion.byAddressAlone(address)
                        : new RelayQuestion(address, UNTOLD_SENDER, message));
    }

    private static boolean dependsOnTheSender(Weight weight, JsonNode question) {
        return weight == Weight.SENDER_OUTSIDE && !question.has("sender");
    }

    private ObjectNode sentence(RelayDesk.Explanation explanation, JsonNode question) throws ControlException {
        ClientAddress address = address(text(question, "address"));
        boolean byPolicy = question.has("sender") || daemon.countsMessages();
        ObjectNode last = Json.object().put("address", address.toString()).put("way", byPolicy ? "policy" : "address");
        if (explanation.decision() instanceof RelayDecision.Permitted permitted) {
            Lease lease = permitted.lease();
            return last.put("permitted", true)
                    .put("who", lease.principal().toString())
                    .put("expires_at", Json.time(lease.expiresAtMs()))
                    .put(
                            "sentence",
                            address + " may relay: " + lease.principal() + ", until " + Json.second(lease.expiresAtMs())
                                    + (permitted.charge() == null || question.has("sender") ? "" : BY_POLICY));
        }
        return last.put("permitted", false).put("sentence", address + " may not relay" + hint(explanation, question));
    }

    private String hint(RelayDesk.Explanation explanation, JsonNode question) {
        if (explanation.decision() instanceof RelayDecision.OverQuota over) {
            return QuotaWords.over(over.limit(), registry.now());
        }
        if (explanation.leases().stream().anyMatch(one -> dependsOnTheSender(one.weight(), question))) {
            return " with every sender: it depends on the message; add --sender ADDRESS";
        }
        boolean senderMatters = explanation.leases().stream().anyMatch(one -> one.weight() == Weight.NOT_ENFORCEABLE);
        if (senderMatters) {
            return question.has("sender")
                    ? ": the user has limits on messages or recipients, which only a unix socket of [lookup] listen keeps"
                    : " by its address alone: the user has limits, so it depends on the message; add --sender ADDRESS";
        }
        return explanation.decision() instanceof RelayDecision.NotPermitted(@Nullable Lease lease) && lease != null
                ? " with this sender (the lease of " + lease.principal() + " allows others)"
                : "";
    }

    private ObjectNode grant(JsonNode question, String operator, Consumer<ObjectNode> answer) throws ControlException {
        Principal principal;
        try {
            principal = Principal.parse(text(question, "principal"));
        } catch (IllegalArgumentException e) {
            throw new ControlException(USAGE, "'" + text(question, "principal") + "': " + e.getMessage(), e);
        }
        long termMs = question.path("term_ms").asLong(0);
        ClientAddress client = address(text(question, "address"));
        if (!isKnown(principal.user())) {
            throw noSuchUser(principal.user());
        }
        return switch (await(operators.grant(principal, client, termMs, operator))) {
            case Verdict.Granted granted -> {
                for (Lease lease : granted.leases()) {
                    ObjectNode row = Json.object()
                            .put("who", lease.principal().toString())
                            .put("address", lease.addressText())
                            .put("until", Json.second(lease.expiresAtMs()));
                    row.set(
                            "signs",
                            LeaseView.signs(registry.signs(registry.now()).of(lease)));
                    answer.accept(row);
                }
                yield Json.object();
            }
            case Verdict.Refused refused ->
                Json.object().put("refused", refused.code().text()).put("reason", refused.reason());
        };
    }

    private ObjectNode revoke(String what, String operator, Consumer<ObjectNode> answer) throws ControlException {
        Selection selection;
        try {
            selection = Selection.parse(what);
        } catch (IllegalArgumentException e) {
            throw new ControlException(USAGE, "'" + what + "' is no address and no user: " + e.getMessage(), e);
        }
        UserName user = userOf(selection);
        if (user != null && !isKnown(user) && selection.in(registry.book()).isEmpty()) {
            throw noSuchUser(user);
        }
        Revocation revocation = await(operators.revoke(selection, what, operator));
        for (Lease lease : revocation.ended()) {
            answer.accept(Json.object().put("who", lease.principal().toString()).put("address", lease.addressText()));
        }
        return Json.object().put("recorded", revocation.recorded());
    }

    private boolean isKnown(UserName user) {
        return registry.roster().allowances().containsKey(user);
    }

    private static ControlException noSuchUser(UserName user) {
        return new ControlException(NO, "there is no user '" + user + "'; 'user list' shows all");
    }

    private static @Nullable UserName userOf(Selection selection) {
        return switch (selection) {
            case Selection.OfUser of -> of.user();
            case Selection.OfPrincipal of -> of.principal().user();
            case Selection.InPlace in -> in.key().principal().user();
            case Selection.OnAddress on -> null;
        };
    }

    private ObjectNode console(String operator) {
        String address = daemon.consoleAddressWithToken();
        if (address != null) {
            LOG.info("the console's address was given to {}", operator);
        }
        return address == null ? Json.object() : Json.object().put("url", address);
    }

    /** @param written whether the command that asks has just changed a file itself */
    private ObjectNode reload(boolean written, String operator, Consumer<ObjectNode> answer) throws ControlException {
        try {
            LOG.info("reload asked for by {}", operator);
            Daemon.Reloaded reloaded = daemon.reload();
            daemon.record(operator, "read settings and users anew");
            reloaded.remarks().forEach(remark -> answer.accept(Json.object().put("sentence", remark)));
            return Json.object().put("users", reloaded.users()).put("revoked", reloaded.revoked());
        } catch (SettingsException e) {
            throw new ControlException(
                    CONFIGURATION,
                    (written ? "written, but not in force: " : "nothing has changed, ")
                            + "the former settings stay in force:\n" + e.getMessage(),
                    e);
        }
    }

    private static ClientAddress address(String text) throws ControlException {
        try {
            return ClientAddress.parse(text);
        } catch (AddressSyntaxException e) {
            String hint = "";
            try {
                hint = text.contains("/") ? " (the network " + Network.parse(text) + " can never be leased)" : "";
            } catch (AddressSyntaxException noNetwork) {
                // Then there is no more to say than that it is no address.
            }
            throw new ControlException(USAGE, e.getMessage() + hint, e);
        }
    }

    private static String text(JsonNode question, String field) throws ControlException {
        JsonNode value = question.path(field);
        if (!value.isString()) {
            throw new ControlException(USAGE, "a question to the daemon has a text \"" + field + "\"");
        }
        return value.asString();
    }

    private static <T> T await(CompletableFuture<T> answer) throws ControlException {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new ControlException(
                    NOT_REACHABLE,
                    "the registry has not answered for " + PATIENCE_SECONDS + " s; is the disk stuck?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException(NOT_REACHABLE, "the daemon is ending", e);
        } catch (ExecutionException e) {
            throw new ControlException(INTERNAL, "the daemon failed inside: " + e.getCause(), e);
        }
    }
}
