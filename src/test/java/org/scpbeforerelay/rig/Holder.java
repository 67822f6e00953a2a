package org.scpbeforerelay.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The process that keeps a host's network and mount namespaces alive. It reads its standard input; when that ends,
 * because the lab was closed or this JVM died in whatever way, it kills every process in its network namespace and ends,
 * and the kernel takes namespaces, links and mounts away.
 */
final class Holder implements AutoCloseable {
    /** What is private to each host. */
    static final List<String> PRIVATE_FOLDERS = List.of("/etc", "/usr", "/var", "/run");

    private static final String HEAD = """
            set -e
            ip link set lo up
            put() { [ ! -e "$2" ] || echo "$1" > "$2"; }
            for c in all default; do
                put 0 /proc/sys/net/ipv6/conf/$c/accept_ra
                put 0 /proc/sys/net/ipv6/conf/$c/disable_ipv6
                put 0 /proc/sys/net/ipv6/conf/$c/accept_dad
                put 1 /proc/sys/net/ipv6/conf/$c/keep_addr_on_down
                put 1 /proc/sys/net/ipv4/conf/$c/promote_secondaries
            done
            """;

    /** $1 is the folder for the private files; the other arguments are unpacked packages, the topmost first. */
    private static final String MOUNTS = """
            own=$1; shift
            mount -t tmpfs -o mode=755 rig "$own"
            for top in etc usr var; do
                layers=
                for package in "$@"; do [ ! -d "$package/$top" ] || layers="$layers$package/$top:"; done
                mkdir -p "$own/$top/upper" "$own/$top/work"
                mount -t overlay -o "lowerdir=$layers/$top,upperdir=$own/$top/upper,workdir=$own/$top/work" rig /$top
            done
            mount -t tmpfs -o mode=755 rig /run
            mkdir -p /run/sshd /run/lock
            """;

    private static final String TAIL = """
            echo ready
            trap '' INT TERM HUP
            while read -r _; do :; done
            for p in /proc/[0-9]*; do
                if [ "$p" != "/proc/$$" ] && [ "$p/ns/net" -ef /proc/self/ns/net ]; then
                    kill -9 "${p#/proc/}" 2>/dev/null
                fi
            done
            """;

    /** $1 is the lab's folder; daemons that are still ending in the hosts may write to it for a moment. */
    private static final String SWEEP = """
            for i in 1 2 3 4 5; do
                if rm -rf -- "$1" 2>/dev/null; then break; fi
                sleep 0.2
            done
            """;

    private final Process process;

    private Holder(Process process) {
        this.process = process;
    }

    /** A network only, with the machine's own files: the switch. At the end it deletes the lab's folder, too. */
    static Holder forSwitch(Path folder) {
        return start(
                List.of("unshare", "--net", "bash", "-c", HEAD + TAIL + SWEEP, "switch", folder.toString()),
                folder.resolve("switch.log"));
    }

    /** A network and private folders, with unpacked packages laid over the machine's own files. */
    static Holder forHost(Path privateFolder, Path log, List<Path> packages) {
        var command = new ArrayList<>(
                List.of("unshare", "--net", "--mount", "--propagation", "private", "bash", "-c", HEAD + MOUNTS + TAIL));
        command.add("holder");
        command.add(privateFolder.toString());
        packages.forEach(root -> command.add(root.toString()));
        return start(command, log);
    }

    private static Holder start(List<String> command, Path log) {
        try {
            Process process =
                    Commands.builder(command).redirectError(log.toFile()).start();
            BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
            if (!"ready".equals(reader.readLine())) {
                process.waitFor(2, TimeUnit.SECONDS);
                throw new IllegalStateException(
                        "Cannot make a lab host (it takes Linux, root, iproute2 and overlayfs): "
                                + Files.readString(log).strip());
            }
            return new Holder(process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run unshare (package util-linux)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Asks for the end of everything in the host, without waiting for it. */
    void release() {
        try {
            process.getOutputStream().close();
        } catch (IOException _) {
            // It has ended already.
        }
    }

    @Override
    public void close() {
        release();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
