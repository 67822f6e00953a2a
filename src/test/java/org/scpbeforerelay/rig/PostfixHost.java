package org.scpbeforerelay.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A real Postfix, Debian's package unpacked, in a lab host: Debian's own master.cf with smtpd chrooted in the queue
 * directory, and configuration, queue and data directories of its own below the host's folder. Make the host with
 * {@code lab.server(name, List.of("postfix"), ...)}.
 *
 * <p>{@link #policyFolder} ({@code scp} in the queue directory, mode 2750, group postfix) is where a policy service
 * opens its socket, as smtpd finds it both chrooted and not.
 */
public final class PostfixHost implements AutoCloseable {
    private static final int POSTFIX_ID = 60025;
    private static final int POSTDROP_ID = 60026;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Host host;
    private final Path config;
    private final Path queue;
    private final Path mailLog;

    private PostfixHost(Host host) {
        this.host = host;
        this.config = host.folder().resolve("postfix");
        this.queue = host.folder().resolve("queue");
        this.mailLog = host.folder().resolve("mail.log");
    }

    /** Writes configuration and folders; {@link #start} starts it. One to a host. */
    public static PostfixHost on(Host host, PostfixSettings settings) {
        if (!Files.exists(host.path("/usr/sbin/postfix"))) {
            throw new IllegalStateException(host.name() + " has no Postfix: make it with lab.server(\"" + host.name()
                    + "\", List.of(\"postfix\"), ...)");
        }
        var postfix = new PostfixHost(host);
        try {
            postfix.prepare(settings);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot set up Postfix in " + host.name(), e);
        }
        return postfix;
    }

    private void prepare(PostfixSettings settings) throws IOException {
        host.addUser("postfix", POSTFIX_ID, "/var/spool/postfix");
        host.addGroup("postdrop", POSTDROP_ID);
        // What the package's own installation script does.
        host.shell("chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue\n"
                + "chmod 2755 /usr/sbin/postdrop /usr/sbin/postqueue\n"
                + "cp /usr/share/postfix/dynamicmaps.cf /etc/postfix/dynamicmaps.cf");
        for (Path folder : List.of(config, queue, data(), queue.resolve("etc"), policyFolder())) {
            Files.createDirectories(folder);
        }
        own(data(), POSTFIX_ID, 0, 0700);
        own(policyFolder(), 0, POSTFIX_ID, 02750);
        configure(settings);
        host.shell("cp /etc/postfix/dynamicmaps.cf " + config + "\n"
                // The first start sees to every file of this list: 2 s for the whole package, 0.3 s for what is ours.
                + "grep -E '^.(queue|data)_directory' /etc/postfix/postfix-files > " + config + "/postfix-files\n"
                // Debian's own start script copies these into the chroot.
                + "for f in services hosts localtime nsswitch.conf resolv.conf; do\n"
                + "  [ ! -e /etc/$f ] || cp -L /etc/$f " + queue + "/etc/; done");
    }

    /** Writes main.cf and master.cf anew; a running server takes them at {@link #reload}. */
    public void configure(PostfixSettings settings) throws IOException {
        String own = """
                queue_directory = %s
                data_directory = %s
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                shlib_directory = /usr/lib/postfix
                meta_directory = %s
                mail_owner = postfix
                setgid_group = postdrop
                maillog_file = %s
                maillog_file_prefixes = /tmp
                myhostname = %s.$mydomain
                """.formatted(queue, data(), config, mailLog, host.name());
        Path mainCf = Files.writeString(config.resolve("main.cf"), own + settings.mainCf());
        // Postfix waits, 2 s or so, until a configuration file it reads is older than a second.
        Files.setLastModifiedTime(mainCf, FileTime.from(Instant.now().minusSeconds(10)));
        String debian = Files.readString(host.path("/usr/share/postfix/master.cf.dist"));
        Files.writeString(config.resolve("master.cf"), debian + settings.masterCf());
    }

    private static void own(Path folder, int user, int group, int mode) throws IOException {
        Files.setAttribute(folder, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(folder, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(folder, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
    }

    // ---- start and stop

    /** Starts it and returns when it takes connections. */
    public PostfixHost start() {
        CommandResult result = host.exec(LIMIT, "", List.of("postfix", "-c", config.toString(), "start"));
        if (!result.succeeded()) {
            throw new IllegalStateException("Postfix in " + host.name() + " does not start: " + result.output()
                    + postconf("-n").stderr() + mailLog());
        }
        return this;
    }

    /** Ends the master daemon in an orderly way and waits until it is gone. */
    public void stop() {
        masterPid().flatMap(ProcessHandle::of).ifPresent(master -> {
            master.destroy();
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> !runs(master.pid()));
        });
    }

    /** A daemon's adoptive parent may take its time to collect it: a zombie does not run. */
    static boolean runs(long pid) {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException _) {
            return false;
        }
    }

    /** Makes it read its configuration again. */
    public void reload() {
        host.exec("postfix", "-c", config.toString(), "reload").orThrow();
    }

    private Optional<Long> masterPid() {
        try {
            return Optional.of(Long.parseLong(
                    Files.readString(queue.resolve("pid/master.pid")).strip()));
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        stop();
    }

    // ---- its tools

    /** {@code postconf -c ... arguments}. */
    public CommandResult postconf(String... arguments) {
        return tool("postconf", arguments);
    }

    /** {@code postmap -c ... arguments}; it runs as the owner of the source file. */
    public CommandResult postmap(String... arguments) {
        return tool("postmap", arguments);
    }

    /** {@code postmap -q KEY TABLE}: exit 1 and no output when the table does not have the key. */
    public CommandResult postmapQuery(String table, String key) {
        return postmap("-q", key, table);
    }

    /** One of Postfix's commands, with this server's configuration directory. */
    public CommandResult tool(String program, String... arguments) {
        var command = new ArrayList<>(List.of(program, "-c", config.toString()));
        command.addAll(Arrays.asList(arguments));
        return host.exec(LIMIT, "", command);
    }

    /** Writes an access table's source below the configuration directory, indexes it with postmap.
     *
     * @param type lmdb, hash, btree, cdb; or texthash and the like, which have no index
     * @return the table as main.cf names it, {@code lmdb:/…/relay}
     */
    public String writeTable(String type, String file, String content) throws IOException {
        Path source = config.resolve(file);
        Files.writeString(source, content);
        String table = type + ":" + source;
        if (List.of("lmdb", "hash", "btree", "cdb").contains(type)) {
            postmap(table).orThrow();
        }
        return table;
    }

    // ---- places

    public Host host() {
        return host;
    }

    public Path configDirectory() {
        return config;
    }

    public Path queueDirectory() {
        return queue;
    }

    private Path data() {
        return host.folder().resolve("data");
    }

    /** The folder for our sockets in the queue directory: owner root, group postfix, mode 2750. */
    public Path policyFolder() {
        return queue.resolve("scp");
    }

    /** Where main.cf's {@code unix:scp/policy} points; nobody listens there until the test's daemon does. */
    public Path policySocket() {
        return policyFolder().resolve("policy");
    }

    /** Everything logged so far. */
    public String mailLog() {
        try {
            return Files.exists(mailLog) ? new String(Files.readAllBytes(mailLog), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a line of the log contains a match of the expression. */
    public void awaitLog(String regex) {
        Pattern pattern = Pattern.compile(regex);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(mailLog()).containsPattern(pattern));
    }
}
