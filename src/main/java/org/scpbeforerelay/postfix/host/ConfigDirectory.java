package org.scpbeforerelay.postfix.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.scpbeforerelay.postfix.MailService;
import org.scpbeforerelay.postfix.MailSetup;
import org.scpbeforerelay.postfix.Plan;
import org.scpbeforerelay.postfix.UnifiedDiff;

/**
 * Writes main.cf and master.cf, and gives back what they were.
 *
 * <p>Beside them lies {@code scp-before-relay.undo} with a folder for each change, 1, 2, …: {@code before} and {@code after} it, of each file
 * that was changed. It is on disk before the first file is. A file is written beside, brought to disk and renamed, with the owner
 * and the mode that it had; a symbolic link stays one.
 */
public final class ConfigDirectory {
    private static final String UNDO = "scp-before-relay.undo";
    private static final String BEFORE = "before";
    private static final String AFTER = "after";
    private static final List<String> FILES = List.of("main.cf", "master.cf");

    private final Postconf postconf;
    private final Path directory;

    public ConfigDirectory(Postconf postconf) throws PostfixException {
        this.postconf = postconf;
        this.directory = postconf.configurationDirectory();
    }

    public Path directory() {
        return directory;
    }

    /** What an undo came to: the files that are as they were, or the difference that keeps it from being done. */
    public record Undone(List<String> files, List<String> inTheWay) {}

    /** Writes a plan, once {@code postconf} has read it as it was meant; gives the folder of its copy. */
    public Path apply(MailSetup setup, Plan plan) throws PostfixException {
        Map<String, String> before = Map.of("main.cf", setup.mainCf(), "master.cf", setup.masterCf());
        Map<String, String> after = new LinkedHashMap<>();
        after.put("main.cf", plan.mainCf());
        after.put("master.cf", plan.masterCf());
        after.entrySet().removeIf(file -> file.getValue().equals(before.get(file.getKey())));
        try {
            prove(setup, plan);
            for (String file : after.keySet()) {
                if (!Postconf.read(directory.resolve(file)).equals(before.get(file))) {
                    throw new PostfixException(true, directory.resolve(file) + " was changed meanwhile; try again");
                }
            }
            Path copy = keep(before, after);
            // main.cf first: master.cf may name what is new there.
            for (Map.Entry<String, String> file : after.entrySet()) {
                replace(directory.resolve(file.getKey()), bytes(file.getValue()));
            }
            return copy;
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private PostfixException cannotWrite(IOException e) {
        return new PostfixException(
                true, "the files in " + directory + " cannot be written (" + e + "); run it as root (sudo)");
    }

    /** The new files as Postfix itself reads them: every parameter that the plan does not name must stay what it is. */
    private void prove(MailSetup setup, Plan plan) throws IOException, PostfixException {
        Path trial = Files.createTempDirectory("scp-before-relay-");
        try {
            Path trialMain = Files.write(trial.resolve("main.cf"), bytes(plan.mainCf()));
            // Postfix's programs wait until a main.cf that they read is older than a second.
            Files.setLastModifiedTime(trialMain, FileTime.fromMillis(0));
            Files.write(trial.resolve("master.cf"), bytes(plan.masterCf()));
            MailSetup.Said said = postconf.at(trial).said();
            MailSetup there = MailSetup.of(said, plan.mainCf(), plan.masterCf());
            Map<String, String> was = new LinkedHashMap<>(setup.set());
            Map<String, String> is = new LinkedHashMap<>(there.set());
            List<String> named = new ArrayList<>(List.of("config_directory"));
            plan.changes().forEach(change -> named.add(change.where()));
            named.forEach(was::remove);
            named.forEach(is::remove);
            is.keySet().removeIf(name -> name.startsWith("scp_") && !was.containsKey(name));
            was.putAll(master(setup));
            is.putAll(master(there));
            if (!was.equals(is)) {
                was.entrySet().removeAll(is.entrySet());
                throw new PostfixException(
                        true,
                        "postconf reads the new files otherwise than meant (" + was.keySet()
                                + "): nothing was written. That is a defect of this program; please report it with both files");
            }
        } finally {
            delete(trial);
        }
    }

    /** Every service and what it sets, but for the lists that a plan gives names to. */
    private static Map<String, String> master(MailSetup setup) {
        Map<String, String> services = new LinkedHashMap<>();
        for (MailService service : setup.services()) {
            Map<String, String> set = new TreeMap<>(service.raw());
            set.keySet().removeIf(name -> name.matches("smtpd_(relay|recipient)_restrictions"));
            services.put("master.cf " + service, service.program() + " " + service.chroot() + " " + set);
        }
        return services;
    }

    private Path keep(Map<String, String> before, Map<String, String> after) throws IOException {
        Path undo = directory.resolve(UNDO);
        if (!Files.isDirectory(undo)) {
            Files.createDirectory(
                    undo, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        int number = newest().map(path -> Integer.parseInt(path.getFileName().toString()))
                        .orElse(0)
                + 1;
        Path making = undo.resolve("new");
        delete(making);
        for (String part : List.of(BEFORE, AFTER)) {
            Path folder = Files.createDirectories(making.resolve(part));
            for (String file : after.keySet()) {
                write(folder.resolve(file), bytes((part.equals(BEFORE) ? before : after).getOrDefault(file, "")));
            }
            sync(folder);
        }
        sync(making);
        Path copy = Files.move(making, undo.resolve(Integer.toString(number)), StandardCopyOption.ATOMIC_MOVE);
        sync(undo);
        sync(directory);
        return copy;
    }

    private Optional<Path> newest() throws IOException {
        Path undo = directory.resolve(UNDO);
        if (!Files.isDirectory(undo)) {
            return Optional.empty();
        }
        try (Stream<Path> copies = Files.list(undo)) {
            return copies.filter(path -> path.getFileName().toString().matches("[1-9][0-9]{0,8}"))
                    .max(Comparator.comparingInt(
                            path -> Integer.parseInt(path.getFileName().toString())));
        }
    }

    /** Gives back what the newest change changed; empty when there is none. A file that somebody edited since stays, and so do all. */
    public Optional<Undone> undo() throws PostfixException {
        try {
            Optional<Path> newest = newest();
            return newest.isEmpty() ? Optional.empty() : Optional.of(undo(newest.get()));
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private Undone undo(Path copy) throws IOException, PostfixException {
        List<String> changed = new ArrayList<>();
        List<String> inTheWay = new ArrayList<>();
        for (String file : FILES) {
            if (!Files.exists(copy.resolve(AFTER).resolve(file))) {
                continue;
            }
            String now = Postconf.read(directory.resolve(file));
            String after = Postconf.read(copy.resolve(AFTER).resolve(file));
            if (now.equals(after)) {
                changed.add(file);
            } else if (!now.equals(Postconf.read(copy.resolve(BEFORE).resolve(file)))) {
                inTheWay.addAll(UnifiedDiff.of(directory.resolve(file).toString(), after, now));
            }
        }
        if (!inTheWay.isEmpty()) {
            return new Undone(List.of(), inTheWay);
        }
        // master.cf first: it may name what main.cf is about to lose.
        for (String file : changed.reversed()) {
            replace(
                    directory.resolve(file),
                    Files.readAllBytes(copy.resolve(BEFORE).resolve(file)));
        }
        delete(copy);
        if (newest().isEmpty()) {
            delete(directory.resolve(UNDO));
        }
        sync(directory);
        return new Undone(changed, List.of());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path real = file.toRealPath();
        Path beside = real.resolveSibling(real.getFileName() + ".scp-before-relay.new");
        Files.deleteIfExists(beside);
        write(beside, content);
        Map<String, Object> was = Files.readAttributes(real, "unix:uid,gid,mode");
        Map<String, Object> is = Files.readAttributes(beside, "unix:uid,gid");
        for (String owner : List.of("uid", "gid")) {
            if (!Objects.equals(was.get(owner), is.get(owner))) {
                Files.setAttribute(beside, "unix:" + owner, was.get(owner), LinkOption.NOFOLLOW_LINKS);
            }
        }
        Files.setAttribute(beside, "unix:mode", was.get("mode"));
        Files.move(beside, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(real.resolveSibling("."));
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
    }
}
