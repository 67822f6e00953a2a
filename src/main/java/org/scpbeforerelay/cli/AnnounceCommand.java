package org.scpbeforerelay.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.AddressFamily;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.agent.Agent;
import org.scpbeforerelay.agent.AgentSettings;
import org.scpbeforerelay.agent.AgentSettings.Mode;
import org.scpbeforerelay.agent.Destination;
import org.scpbeforerelay.clock.SystemClock;
import org.scpbeforerelay.config.Term;
import org.scpbeforerelay.daemon.Signals;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code announce}: the agent for the machine on the changing address. */
@CommandLine.Command(
        name = "announce",
        description =
                "Keep this machine announced: by the system's ssh, at once when an address appears, changes or goes, and "
                        + "at an interval. Your known_hosts, keys, ssh agent and ~/.ssh/config are ssh's own affair.",
        footer = {
            "",
            "Without --interface and --address, whatever address the server sees is announced. The port is the one given, else "
                    + "the one in ~/.ssh/config, else 2222. SIGHUP announces at once; SIGTERM and SIGINT end it.",
            "",
            "Exit status: 0 announced, or told to end; 1 nothing to announce (the interface is down); 64 usage; 69 a server is "
                    + "not reachable (--once); 77 refused; 78 a host key is not the known one. Of several servers the gravest.",
            "",
            "Examples:",
            "  scp-before-relay announce gerard+gwaihir@shadowfax --interface ppp0",
            "  scp-before-relay announce gerard+gwaihir@shadowfax --once --both-families",
            "  scp-before-relay announce gerard@shadowfax gerard@rohan:22 --hold --identity /etc/relay/key"
        })
final class AnnounceCommand extends Command {
    /** Below the shortest useful term; anything shorter is load and no gain. */
    private static final long EVERY_MS_MIN = 1000;

    @Parameters(
            index = "0",
            arity = "1..*",
            paramLabel = "USER[+DEVICE]@HOST[:PORT]",
            description = "Where to announce, and as whom. Several: none waits for another.")
    List<String> destinations = new ArrayList<>();

    @Option(
            names = "--interface",
            paramLabel = "IF",
            description =
                    "Announce the addresses of this interface, only while it is up; each proved by a connection from it.")
    @Nullable
    String networkInterface;

    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "Announce this address; one of each family. Proved where this machine has it, else claimed.")
    List<String> addresses = new ArrayList<>();

    @Option(
            names = "--both-families",
            description =
                    "Announce IPv4 and IPv6, each over a connection of its own; with --once both must be granted.")
    boolean bothFamilies;

    @Option(names = "--once", description = "Announce once, and end with the answer.")
    boolean once;

    @Option(names = "--every", paramLabel = "TIME", description = "Announce so often; default 4m.")
    @Nullable
    String every;

    @Option(names = "--hold", description = "Keep one connection open, which holds the lease for as long as it lasts.")
    boolean hold;

    @Option(names = "--revoke-on-exit", description = "End the leases when told to end.")
    boolean revokeOnExit;

    @Option(names = "--identity", paramLabel = "FILE", description = "The private key, as ssh's -i.")
    @Nullable
    Path identity;

    @Option(
            names = "-o",
            paramLabel = "OPTION",
            description = "An option of ssh, as in ssh_config(5); may be repeated.")
    List<String> sshOptions = new ArrayList<>();

    @Option(names = "--json", description = "Print every event as a line of JSON.")
    boolean json;

    @Option(names = "--poll", hidden = true, description = "Do not use the kernel's notices: look every 2 seconds.")
    boolean poll;

    AnnounceCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    public Integer call() throws InterruptedException {
        AgentSettings settings = settings();
        Programs.require("ssh");
        Agent agent = new Agent(settings, new SystemClock(), new AgentLines(terminal, json, once)::print);
        Signals.onHangup(agent::announceNow);
        Signals.onEnd(agent::end);
        return switch (agent.run()) {
            case DONE -> ExitStatus.DONE;
            case NOTHING_TO_ANNOUNCE -> ExitStatus.NO;
            case NOT_REACHABLE -> ExitStatus.NOT_REACHABLE;
            case REFUSED -> ExitStatus.NOT_PERMITTED;
            case HOST_KEY -> ExitStatus.CONFIGURATION;
            case USAGE -> ExitStatus.USAGE;
            case DEFECT -> ExitStatus.INTERNAL;
        };
    }

    private AgentSettings settings() {
        if (networkInterface != null && !addresses.isEmpty()) {
            throw usage("--interface and --address: one of them says what to announce");
        }
        if (hold && !addresses.isEmpty()) {
            throw usage("--hold holds the connection's own address; --address has no place there");
        }
        if ((once ? 1 : 0) + (every == null ? 0 : 1) + (hold ? 1 : 0) > 1) {
            throw usage("--once, --every and --hold: one of them says how often");
        }
        if (once && revokeOnExit) {
            throw usage("--once with --revoke-on-exit would leave nothing; leave one of them away");
        }
        if (identity != null && !Files.isReadable(identity)) {
            throw usage("--identity " + identity + ": there is no such file that you may read");
        }
        try {
            return new AgentSettings(
                    destinations.stream().map(Destination::parse).distinct().toList(),
                    networkInterface,
                    fixedAddresses(),
                    bothFamilies,
                    once ? Mode.ONCE : hold ? Mode.HOLD : Mode.EVERY,
                    Math.max(
                            EVERY_MS_MIN,
                            Term.parse(every == null ? "4m" : every).ms()),
                    revokeOnExit,
                    identity == null ? null : identity.toString(),
                    sshOptions,
                    poll);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private List<ClientAddress> fixedAddresses() {
        Set<AddressFamily> families = EnumSet.noneOf(AddressFamily.class);
        List<ClientAddress> fixed = new ArrayList<>();
        for (String text : addresses) {
            ClientAddress address = ClientAddress.tryParse(text)
                    .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no IPv4 or IPv6 address"));
            if (!families.add(address.family())) {
                throw new IllegalArgumentException(
                        "two addresses of one family; announce other machines as devices of their own");
            }
            fixed.add(address);
        }
        if (bothFamilies && fixed.size() == 1) {
            throw new IllegalArgumentException("--both-families needs an --address of each family, or none");
        }
        return fixed;
    }
}
