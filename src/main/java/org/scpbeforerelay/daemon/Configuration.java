package org.scpbeforerelay.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.announce.LeaseTerms;
import org.scpbeforerelay.announce.Roster;
import org.scpbeforerelay.config.ListenAddress;
import org.scpbeforerelay.config.Places;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.config.SettingsException;
import org.scpbeforerelay.config.UsersDirectory;
import org.scpbeforerelay.doctor.LogExam;
import org.scpbeforerelay.lookup.LookupSettings;
import org.scpbeforerelay.lookup.LookupSettings.PolicyChoices;
import org.scpbeforerelay.sign.SharedTerms;
import org.scpbeforerelay.source.drop.DropSettings;
import org.scpbeforerelay.source.ssh.EndpointSettings;
import org.scpbeforerelay.source.ssh.Keyring;

/** Settings and users at one reading, said in the terms of those who work by them. */
record Configuration(Settings settings, UsersDirectory users) {
    private static final int FAILED_LOGINS_PER_MINUTE_MAX = 60;
    private static final int CONNECTIONS_PER_USER_MAX = 1024;

    /** What the daemon adds to what the files themselves say is wrong: the formats of login logs that they name. */
    static Configuration checked(Places places, Settings settings, UsersDirectory users) throws SettingsException {
        LogExam.check(places.settingsFile(), settings.loginLog());
        return new Configuration(settings, users);
    }

    Roster roster() {
        return users.roster();
    }

    /** What is allowed and worth a second thought, one line each. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(settings.warnings());
        warnings.addAll(users.warnings());
        return warnings;
    }

    LeaseTerms terms(Set<ClientAddress> hostAddresses) {
        Settings.Lease lease = settings.lease();
        return new LeaseTerms(
                lease.maxTerm().ms(), lease.holdGrace().ms(), lease.specialNetworks(), hostAddresses, shared());
    }

    private SharedTerms shared() {
        Settings.Shared shared = settings.shared();
        return new SharedTerms(
                shared.maxUsers(),
                shared.maxAddresses(),
                shared.manyAddresses(),
                shared.movedWithin().ms(),
                shared.moved() == Settings.Shared.Rule.REFUSE,
                shared.behindNat() == Settings.Shared.Rule.REFUSE);
    }

    Keyring keyring() {
        return Keyring.of(
                users.users().stream()
                        .map(user -> new Keyring.Member(user.name(), user.enabled(), user.keys()))
                        .toList(),
                users.authorities());
    }

    DropSettings drop() {
        Settings.Drop drop = settings.drop();
        DropSettings.Proof proof = switch (drop.proof()) {
            case ALLOWANCE -> DropSettings.Proof.ALLOWANCE;
            case SSHD_LOGIN -> DropSettings.Proof.SSHD_LOGIN;
            case NONE -> DropSettings.Proof.NONE;
        };
        return new DropSettings(drop.directories(), drop.pattern(), proof);
    }

    LookupSettings lookup() throws IOException {
        List<org.scpbeforerelay.lookup.ListenAddress> listen = new ArrayList<>();
        for (ListenAddress address : settings.lookup().listen()) {
            listen.add(
                    switch (address) {
                        case ListenAddress.Tcp tcp -> new org.scpbeforerelay.lookup.ListenAddress.Tcp(resolved(tcp));
                        // The folder below Postfix's queue directory is set-group-id postfix: the socket inherits it.
                        case ListenAddress.Unix unix ->
                            new org.scpbeforerelay.lookup.ListenAddress.Unix(unix.path(), null);
                    });
        }
        return LookupSettings.of(listen, policyChoices());
    }

    PolicyChoices policyChoices() {
        return new PolicyChoices(
                settings.lookup().wrongSender() == Settings.Lookup.WrongSender.REJECT,
                settings.lookup().auditHeader());
    }

    EndpointSettings ssh(Places places) throws IOException {
        List<InetSocketAddress> listen = new ArrayList<>();
        for (ListenAddress.Tcp tcp : settings.ssh().listen()) {
            listen.add(resolved(tcp));
        }
        return new EndpointSettings(
                listen,
                places.hostKeysDirectory(settings),
                Duration.ofMillis(settings.ssh().loginGrace().ms()),
                settings.ssh().maxUnauthenticated(),
                FAILED_LOGINS_PER_MINUTE_MAX,
                CONNECTIONS_PER_USER_MAX,
                EndpointSettings.IDENTIFICATION,
                settings.ssh().proxies());
    }

    /** The settings that differ from those of the start and count only from the next one. */
    List<String> needsRestartAfter(Configuration atStart) {
        List<String> remarks = new ArrayList<>();
        remark(
                remarks,
                "[ssh]",
                settings.ssh().withoutProxies(),
                atStart.settings.ssh().withoutProxies());
        remark(
                remarks,
                "[lookup] listen",
                settings.lookup().listen(),
                atStart.settings.lookup().listen());
        remark(remarks, "[store]", settings.store(), atStart.settings.store());
        remark(remarks, "[console]", settings.console(), atStart.settings.console());
        return remarks;
    }

    private static void remark(List<String> remarks, String what, Object now, Object before) {
        if (!Objects.equals(now, before)) {
            remarks.add(what + " has changed: that counts from the next start of the daemon");
        }
    }

    static InetSocketAddress resolved(ListenAddress.Tcp tcp) throws IOException {
        try {
            return new InetSocketAddress(InetAddress.getByName(tcp.host()), tcp.port());
        } catch (UnknownHostException e) {
            throw new IOException("cannot listen on " + tcp + ": the name '" + tcp.host() + "' has no address", e);
        }
    }
}
