package org.scpbeforerelay.cli;

import org.scpbeforerelay.agent.AgentEvent;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The agent's events: one line per change for people, every event as JSON for programs. */
final class AgentLines {
    private final Terminal terminal;
    private final boolean json;
    private final boolean renewalsToo;

    /** {@code renewalsToo}: whether a renewal is a change. */
    AgentLines(Terminal terminal, boolean json, boolean renewalsToo) {
        this.terminal = terminal;
        this.json = json;
        this.renewalsToo = renewalsToo;
    }

    void print(AgentEvent event) {
        if (json) {
            terminal.out().println(Json.line(toJson(event)));
        } else {
            say(event);
        }
        terminal.out().flush();
        terminal.err().flush();
    }

    private void say(AgentEvent event) {
        String at = event.server() + ": ";
        switch (event) {
            case AgentEvent.Granted granted -> {
                if (renewalsToo || !granted.isRenewal()) {
                    good(at, granted);
                }
            }
            case AgentEvent.Noted noted ->
                noted.notes().forEach(note -> terminal.out().println(at + "note: " + note));
            case AgentEvent.Idle idle -> terminal.out().println(at + "nothing to announce: " + idle.reason());
            case AgentEvent.Revoked revoked -> terminal.out().println(at + "revoked " + revoked.address());
            case AgentEvent.Woken woken ->
                terminal.out()
                        .println("the machine slept for " + Spoken.duration(woken.sleptMs() / 1000)
                                + "; announcing again");
            case AgentEvent.Refused refused ->
                bad(at + "refused " + refused.code() + " " + refused.reason() + remedy(refused));
            case AgentEvent.Unreachable lost ->
                bad(at + "not reachable: " + lost.reason() + (lost.retryMs() < 0 ? "" : "; trying on"));
            case AgentEvent.Misused misused -> bad(at + "ssh would not run: " + misused.reason());
            case AgentEvent.HostKeyWrong wrong -> bad(at + hostKey(wrong));
        }
    }

    private void good(String at, AgentEvent.Granted granted) {
        terminal.out()
                .println(at + terminal.green("granted") + " " + granted.principal() + " " + granted.address()
                        + (granted.isHeld() ? " while connected" : " until " + granted.until())
                        + (granted.former().isEmpty() || granted.isRenewal() ? "" : ", was " + granted.former()));
    }

    private void bad(String line) {
        terminal.err().println(terminal.red(line));
    }

    private static String remedy(AgentEvent.Refused refused) {
        String end = refused.stops() ? "" : "; trying on";
        return refused.code().equals("key-refused")
                ? "; try: ssh -v, and on the server: scp-before-relay user key add USER FILE" + end
                : end;
    }

    private static String hostKey(AgentEvent.HostKeyWrong wrong) {
        return wrong.changed()
                ? "THE HOST KEY HAS CHANGED. Somebody may be in between, or the server was set up anew; nothing is announced "
                        + "there any more. Ask its operator; when it is right, remove the old one with ssh-keygen -R."
                        + (wrong.detail().isEmpty() ? "" : " " + wrong.detail())
                : "the host key is not known, and nobody is there to be asked: connect once by hand, or take "
                        + "-o StrictHostKeyChecking=accept-new";
    }

    private static ObjectNode toJson(AgentEvent event) {
        ObjectNode line = Json.object();
        line.put("at", Json.time(System.currentTimeMillis()));
        switch (event) {
            case AgentEvent.Granted granted -> {
                line.put("event", granted.isRenewal() ? "renewed" : "granted");
                line.put("principal", granted.principal()).put("address", granted.address());
                line.put("held", granted.isHeld());
                if (!granted.isHeld()) {
                    line.put("expires_at", granted.until());
                }
                if (!granted.former().isEmpty()) {
                    line.put("former", granted.former());
                }
            }
            case AgentEvent.Noted noted -> {
                line.put("event", "note");
                ArrayNode notes = line.putArray("notes");
                noted.notes().forEach(notes::add);
            }
            case AgentEvent.Idle idle -> line.put("event", "idle").put("reason", idle.reason());
            case AgentEvent.Revoked revoked -> line.put("event", "revoked").put("address", revoked.address());
            case AgentEvent.Woken woken -> line.put("event", "woken").put("slept_seconds", woken.sleptMs() / 1000);
            case AgentEvent.Refused refused ->
                line.put("event", "refused")
                        .put("code", refused.code())
                        .put("reason", refused.reason())
                        .put("stops", refused.stops());
            case AgentEvent.Unreachable lost -> line.put("event", "unreachable").put("reason", lost.reason());
            case AgentEvent.Misused misused -> line.put("event", "misused").put("reason", misused.reason());
            case AgentEvent.HostKeyWrong wrong ->
                line.put("event", wrong.changed() ? "host-key-changed" : "host-key-unknown")
                        .put("detail", wrong.detail());
        }
        if (!event.server().isEmpty()) {
            line.put("server", event.server());
        }
        return line;
    }
}
