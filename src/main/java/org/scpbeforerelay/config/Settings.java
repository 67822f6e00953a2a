package org.scpbeforerelay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.address.Network;

/**
 * The whole settings file, one record for each of its tables. What the file does not say has the default. Immutable; read with
 * {@link SettingsFile#read}. {@code docs/settings.md} is the reference for people.
 */
public record Settings(
        Lease lease,
        Ssh ssh,
        Drop drop,
        LoginLog loginLog,
        Shared shared,
        Lookup lookup,
        List<Table> tables,
        List<Hook> hooks,
        Store store,
        History history,
        Console console) {
    /** What holds when nothing is written. */
    public static final Settings DEFAULTS = new Settings(
            Lease.DEFAULTS,
            Ssh.DEFAULTS,
            Drop.DEFAULTS,
            LoginLog.DEFAULTS,
            Shared.DEFAULTS,
            Lookup.DEFAULTS,
            List.of(),
            List.of(),
            Store.DEFAULTS,
            History.DEFAULTS,
            Console.DEFAULTS);

    public Settings {
        tables = List.copyOf(tables);
        hooks = List.copyOf(hooks);
    }

    /** A setting that is one of a few words: the constant's name in lower case, {@code -} for {@code _}. */
    interface Word {
        String name();

        /** As the file writes it. */
        default String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * {@code [lease]}
     *
     * @param term what an announcement gives
     * @param maxTerm what any announcement or grant may ask for; at least {@code term}
     * @param holdGrace how long a held lease lasts after its connection's last sign of life; 5 s to 1 h, at most
     *     {@code maxTerm}
     * @param specialNetworks special networks in which a connection's own address may be leased
     */
    public record Lease(Term term, Term maxTerm, Term holdGrace, List<Network> specialNetworks) {
        public static final Lease DEFAULTS =
                new Lease(Term.ofSeconds(1_200), Term.ofSeconds(86_400), Term.ofSeconds(60), List.of());

        public Lease {
            specialNetworks = List.copyOf(specialNetworks);
        }
    }

    /**
     * {@code [shared]}, addresses that several users have, or that change hands.
     *
     * @param maxUsers users with leases on one address at once; 0: any number; at most 256
     * @param maxAddresses addresses at which one user may have leases at once; 0: any number; at most 10,000
     * @param manyAddresses from so many on it is a sign; 2 to 10,000
     * @param movedWithin how long an address is another's after that one's last lease; at most 1 d
     */
    public record Shared(
            int maxUsers, int maxAddresses, int manyAddresses, Term movedWithin, Rule moved, Rule behindNat) {
        public static final Shared DEFAULTS = new Shared(0, 0, 5, Term.ofSeconds(600), Rule.ALLOW, Rule.ALLOW);

        /** What happens to an announcement of such an address. */
        public enum Rule implements Word {
            /** It is granted, with a sign. */
            ALLOW,
            /** It is refused as {@code address-not-allowed}. */
            REFUSE
        }
    }

    /**
     * {@code [ssh]}, the built-in endpoint.
     *
     * @param listen where; none: it is off
     * @param hostKeys the directory of the host keys; see {@link Places#hostKeysDirectory}
     * @param trustedUserCaKeys a file of certificate authorities, absolute; null for none
     * @param loginGrace how long a connection may take to prove its key; 1 s to 10 min
     * @param maxUnauthenticated connections without a proven key at once, in all; 10 to 100,000
     * @param proxies whose connections begin with the header of the PROXY protocol, and must; see {@link SettingValues#proxy}
     */
    public record Ssh(
            List<ListenAddress.Tcp> listen,
            Path hostKeys,
            @Nullable Path trustedUserCaKeys,
            Term loginGrace,
            int maxUnauthenticated,
            List<Network> proxies) {
        public static final Ssh DEFAULTS = new Ssh(
                List.of(new ListenAddress.Tcp("0.0.0.0", 2222), new ListenAddress.Tcp("::", 2222)),
                Path.of("host-keys"),
                null,
                Term.ofSeconds(20),
                200,
                List.of());

        public Ssh {
            listen = List.copyOf(listen);
            proxies = List.copyOf(proxies);
        }

        /** What is taken into force by the next start alone. */
        public Ssh withoutProxies() {
            return new Ssh(listen, hostKeys, trustedUserCaKeys, loginGrace, maxUnauthenticated, List.of());
        }
    }

    /**
     * {@code [drop]}, files that the system's sshd put there.
     *
     * @param directories absolute, shell patterns; none: it is off
     * @param pattern of the base name, with exactly one {@code *}, which stands for the device
     * @param sshdLog where sshd's logins are, for {@link Proof#SSHD_LOGIN}: absolute paths of files, and systemd units;
     *     none: where the system has them
     */
    public record Drop(List<String> directories, String pattern, Proof proof, List<String> sshdLog) {
        public static final Drop DEFAULTS = new Drop(List.of(), "*-ip", Proof.ALLOWANCE, List.of());

        /** What makes a dropped file's address believable. */
        public enum Proof implements Word {
            /** It lies within the user's {@code may_announce}. */
            ALLOWANCE,
            /** The owner logged in from there just before. */
            SSHD_LOGIN,
            /** Nothing: the file's word. */
            NONE
        }

        public Drop {
            directories = List.copyOf(directories);
            sshdLog = List.copyOf(sshdLog);
        }
    }

    /**
     * {@code [login_log]}, logins of POP, IMAP and SSH servers.
     *
     * @param files absolute
     * @param journal systemd units
     * @param services names of formats: {@link #SERVICES}, or others when there are own {@code formats}
     * @param formats a directory of own formats, absolute; null for none
     * @param term of such leases; at most the longest term
     * @param endAtLogout whether a logout ends them
     */
    public record LoginLog(
            List<Path> files,
            List<String> journal,
            List<String> services,
            @Nullable Path formats,
            Term term,
            Users users,
            boolean endAtLogout) {
        /** The formats that come with the program. */
        public static final List<String> SERVICES = List.of(
                "courier",
                "cyrus",
                "dovecot",
                "imapproxy",
                "perdition",
                "popa3d",
                "qpopper",
                "solid-pop3d",
                "sshd",
                "teapop",
                "uw-imap",
                "vpopmail");

        public static final LoginLog DEFAULTS =
                new LoginLog(List.of(), List.of(), List.of("dovecot"), null, Term.ofSeconds(1_800), Users.KNOWN, false);

        /** Whose logins count. */
        public enum Users implements Word {
            /** Names in some user's {@code logins}, or a user's own name. */
            KNOWN,
            /** Any name that the server let in. */
            ANY
        }

        public LoginLog {
            files = List.copyOf(files);
            journal = List.copyOf(journal);
            services = List.copyOf(services);
        }
    }

    /**
     * {@code [lookup]}, where mail servers ask.
     *
     * @param listen none: it is off
     * @param auditHeader whether relayed mail gets a header that names the lease
     */
    public record Lookup(List<ListenAddress> listen, WrongSender wrongSender, boolean auditHeader) {
        public static final Lookup DEFAULTS =
                new Lookup(List.of(new ListenAddress.Tcp("127.0.0.1", 10_040)), WrongSender.DUNNO, false);

        /** What is answered for an address with a lease and a sender outside the allowance. */
        public enum WrongSender implements Word {
            DUNNO,
            REJECT
        }

        public Lookup {
            listen = List.copyOf(listen);
        }
    }

    /**
     * {@code [[table]]}, an access table for mail servers that read files.
     *
     * @param name its file in the tables directory; no two tables have the same
     */
    public record Table(String name, Type type, Value value) {
        /** How the table is written, and who reads it. */
        public enum Type implements Word {
            LMDB,
            HASH,
            CDB,
            SENDMAIL,
            OPENSMTPD,
            LINES
        }

        /** What stands beside an address. */
        public enum Value implements Word {
            OK,
            /** The lease's end, in epoch seconds. */
            EXPIRES;

            @Override
            public String word() {
                return this == OK ? "OK" : "expires";
            }
        }
    }

    /**
     * {@code [[hook]]}, a program that is run at every change of a lease.
     *
     * @param run the program, absolute, and its arguments
     */
    public record Hook(List<String> run) {
        public Hook {
            run = List.copyOf(run);
        }
    }

    /**
     * {@code [store]}
     *
     * @param url {@code embedded}, or {@code redis://…} or {@code rediss://…}; may hold a password
     */
    public record Store(String url, WhenAway whenAway) {
        public static final Store DEFAULTS = new Store("embedded", WhenAway.LOCAL);

        /** What happens to announcements while the shared store cannot be reached. */
        public enum WhenAway implements Word {
            LOCAL,
            REFUSE
        }

        /** Whether leases are kept on this host alone. */
        public boolean isEmbedded() {
            return url.equals("embedded");
        }

        /** Where the shared store is; only where there is one. */
        public StoreUrl shared() {
            return StoreUrl.parse(url);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Store[url=" + StoreUrl.masked(url) + ", whenAway=" + whenAway + "]";
        }
    }

    /**
     * {@code [history]}
     *
     * @param keep how long; at least 1 h
     * @param maxSize at least 1 MiB; the oldest goes first
     * @param mails whether each relayed mail has a line, with its sender
     */
    public record History(Term keep, ByteSize maxSize, boolean mails) {
        public static final History DEFAULTS = new History(Term.ofSeconds(90 * 86_400L), new ByteSize(1L << 30), true);
    }

    /**
     * {@code [console]}, page, API and metrics.
     *
     * @param listen null: it is off
     */
    public record Console(ListenAddress.@Nullable Tcp listen) {
        public static final Console DEFAULTS = new Console(new ListenAddress.Tcp("127.0.0.1", 8_040));
    }

    /** What is allowed and worth a second thought, one line each; for the log at start and for {@code check}. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (Table table : tables) {
            if (table.type() == Table.Type.HASH) {
                warnings.add("[[table]] " + table.name()
                        + ": a hash table is rewritten for new mail connections only and needs a second between changes;"
                        + " lmdb has neither limit");
            }
        }
        for (ListenAddress address : lookup.listen()) {
            if (address instanceof ListenAddress.Tcp tcp && !tcp.isLoopback()) {
                warnings.add(
                        "[lookup] listen: " + tcp
                                + " answers other hosts, unencrypted, who may relay; a firewall must let in mail servers alone");
            }
        }
        ListenAddress.Tcp page = console.listen();
        if (page != null && !page.isLoopback()) {
            warnings.add(
                    "[console] listen: " + page
                            + " sends the console's token unencrypted over the network; listen on 127.0.0.1 behind a TLS proxy or ssh -L");
        }
        for (Network proxy : ssh.proxies()) {
            if (SettingValues.isWideForProxies(proxy)) {
                warnings.add(
                        "[ssh] proxies: " + proxy
                                + " lets each of its hosts say to be any client, and none of them announce; name the proxies themselves");
            }
        }
        if (!drop.directories().isEmpty() && drop.proof() == Drop.Proof.NONE) {
            warnings.add(
                    "[drop] proof: 'none' lets whoever may write such a file open the relay to any public address");
        }
        if (loginLog.users() == LoginLog.Users.ANY
                && !(loginLog.files().isEmpty() && loginLog.journal().isEmpty())) {
            warnings.add("[login_log] users: 'any' lets every mailbox of this server relay");
        }
        if (!loginLog.files().isEmpty()) {
            warnings.add("[login_log] files: whoever may write to syslog can forge a login there;"
                    + " `journal` knows who wrote a line");
        }
        return warnings;
    }
}
