package org.scpbeforerelay.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One machine of a {@link NetworkLab}: its own network, its own {@code /etc}, {@code /usr}, {@code /var} and
 * {@code /run}; the rest of the file system is everybody's. Programs run in it as root.
 */
public final class Host {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Holder holder;
    private final Path folder;
    private final String routes;
    private final List<String> addresses = new ArrayList<>();
    private final AtomicInteger commands = new AtomicInteger();

    /** @param routes a script that restores the routes the kernel forgets with the last address or the link */
    Host(String name, Holder holder, Path folder, String routes) {
        this.name = name;
        this.holder = holder;
        this.folder = folder;
        this.routes = routes;
    }

    public String name() {
        return name;
    }

    /** A folder for this host's files, the same path inside and outside; it goes with the lab. */
    public Path folder() {
        return folder;
    }

    /** The process that holds the namespaces, for {@code nsenter --target PID --mount --net} while debugging. */
    public long pid() {
        return holder.pid();
    }

    /** A path of the host's own file system as seen from outside: {@code path("/etc/hosts")}. */
    public Path path(String inside) {
        return Path.of("/proc/" + holder.pid() + "/root" + inside);
    }

    // ---- addresses and link

    /** All addresses, in the order in which they were given. */
    public List<String> addresses() {
        return List.copyOf(addresses);
    }

    /** The first IPv4 address. */
    public String v4() {
        return firstOf(false);
    }

    /** The first IPv6 address. */
    public String v6() {
        return firstOf(true);
    }

    private String firstOf(boolean six) {
        return addresses.stream()
                .filter(address -> isSix(address) == six)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " has no IPv" + (six ? 6 : 4) + " address"));
    }

    /** Gives the host another address in place of all it had in the same family. Open connections are not told. */
    public void setAddress(String address) {
        var script = new StringBuilder();
        for (String old : addresses()) {
            if (isSix(old) == isSix(address)) {
                script.append(addressCommand("del", old));
                addresses.remove(old);
            }
        }
        shell(script + addressCommand("add", address) + routes);
        addresses.add(address);
    }

    /** Gives the host one more address. */
    public void addAddress(String address) {
        addAddresses(List.of(address));
    }

    void addAddresses(List<String> more) {
        var script = new StringBuilder();
        more.forEach(address -> script.append(addressCommand("add", address)));
        shell(script + routes);
        addresses.addAll(more);
    }

    public void removeAddress(String address) {
        shell(addressCommand("del", address) + routes);
        addresses.remove(address);
    }

    /** Pulls the cable. */
    public void linkDown() {
        shell("ip link set eth0 down");
    }

    /** Puts the cable in again; addresses are as before. */
    public void linkUp() {
        shell("ip link set eth0 up\n" + routes);
    }

    /** Nothing that the other host sends from its addresses of now arrives here, as behind a broken switch; connections are not told. */
    public void ignore(Host other) {
        // What arrives is looked up as local before any rule, and for an open connection not at all: both are undone.
        shell("""
                echo 0 > /proc/sys/net/ipv4/tcp_early_demux
                for family in 4 6; do
                    if ip -$family rule show pref 0 | grep -q local; then
                        ip -$family rule add pref 100 lookup local
                        ip -$family rule del pref 0
                    fi
                done
                """ + rulesAbout(other, "add"));
    }

    /** All arrives again after {@link #ignore}. */
    public void heed(Host other) {
        shell(rulesAbout(other, "del"));
    }

    private static String rulesAbout(Host other, String verb) {
        var script = new StringBuilder();
        for (String address : other.addresses()) {
            script.append(
                    "ip -%d rule %s from %s blackhole pref 10\n".formatted(isSix(address) ? 6 : 4, verb, address));
        }
        return script.toString();
    }

    private static String addressCommand(String verb, String address) {
        if (isSix(address)) {
            return "ip -6 address " + verb + " " + address + "/64 dev eth0" + (verb.equals("add") ? " nodad" : "")
                    + "\n";
        }
        return "ip address " + verb + " " + address + "/24 dev eth0\n";
    }

    private static boolean isSix(String address) {
        return address.indexOf(':') >= 0;
    }

    // ---- programs

    /** The command line that runs {@code command} in this host, for callers with a ProcessBuilder of their own. */
    public List<String> commandLine(List<String> command) {
        var line = new ArrayList<>(Commands.HEEDING_SIGNALS);
        line.addAll(List.of("nsenter", "--target", Long.toString(pid()), "--mount", "--net", "--wdns=" + folder, "--"));
        line.addAll(command);
        return line;
    }

    /** Runs a command to its end, within 30 s. */
    public CommandResult exec(String... command) {
        return exec(LIMIT, "", Arrays.asList(command));
    }

    /** Runs a command with an input to its end, within a limit.
     *
     * @throws IllegalStateException when it has not ended by then; it is killed
     */
    public CommandResult exec(Duration limit, String input, List<String> command) {
        return Commands.run(limit, input, commandLine(command));
    }

    /** Runs a shell script that must succeed; {@code set -e} is on. */
    public CommandResult shell(String script) {
        return exec("sh", "-ec", script).orThrow();
    }

    /** Starts a command and leaves it running; it ends with the lab at the latest. Its log is in {@link #folder}. */
    public RunningCommand start(String label, String... command) {
        Path log = folder.resolve(label + "-" + commands.incrementAndGet() + ".log");
        try {
            Process process = Commands.builder(commandLine(Arrays.asList(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            return new RunningCommand(label + " in " + name, process, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + label + " in " + name, e);
        }
    }

    /**
     * Starts a Java program of the test's class path in a JVM of its own: the product's {@code Main} with its arguments,
     * and {@code jvmOptions} such as {@code -Xmx64m} before them.
     */
    public RunningCommand startJava(String label, List<String> jvmOptions, String mainClass, String... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(Arrays.asList(arguments));
        return start(label, command.toArray(String[]::new));
    }

    /**
     * Runs Java code of this JVM inside the host's network (not its file system), on a thread of its own: sockets,
     * platform threads and processes made there belong to the host for life. That is how a daemon with a settable clock
     * runs in a lab host. Sockets made on virtual threads or shared pools do not follow.
     */
    public <T> T inside(Callable<T> work) throws Exception {
        return NamespaceThread.call(pid(), work);
    }

    // ---- files and users of its own

    /** Writes a file of the host's own {@code /etc}, {@code /usr}, {@code /var} or {@code /run}, with its folders. */
    public void write(String inside, String content, int mode) {
        requirePrivate(inside);
        try {
            Path file = path(inside);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            Files.setAttribute(file, "unix:mode", mode, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + inside + " in " + name, e);
        }
    }

    /** Adds a user that only this host knows, in a group of the same name, and makes the home folder.
     *
     * @param id user id and group id; numbers that the machine itself does not use
     */
    public void addUser(String user, int id, String home) {
        addGroup(user, id);
        // "*" and not "!": an sshd without PAM takes the latter as a locked account.
        append("/etc/passwd", "%s:*:%d:%d::%s:/bin/sh%n".formatted(user, id, id, home));
    }

    public void addGroup(String group, int id) {
        append("/etc/group", "%s:*:%d:%n".formatted(group, id));
    }

    private void append(String inside, String line) {
        requirePrivate(inside);
        try {
            Files.writeString(path(inside), line, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to " + inside + " in " + name, e);
        }
    }

    private static void requirePrivate(String inside) {
        if (Holder.PRIVATE_FOLDERS.stream().noneMatch(top -> inside.startsWith(top + "/"))) {
            throw new IllegalArgumentException(inside + " is not private to a host; private are "
                    + Holder.PRIVATE_FOLDERS + ", everything else belongs to the machine");
        }
    }

    void release() {
        holder.release();
    }

    void close() {
        holder.close();
    }

    @Override
    public String toString() {
        return name + addresses;
    }
}
