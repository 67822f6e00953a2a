package org.scpbeforerelay.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.config.SettingsException.Problem;
import org.scpbeforerelay.lease.UserName;

/**
 * One pass over the files of {@code users/}: what could be read, and everything that is wrong.
 *
 * @param users in the order of their names; complete only when there are no problems
 */
record UserFolder(List<UserFile> users, List<Problem> problems, List<String> warnings) {
    static final String SUFFIX = ".toml";

    /** What editors and package managers leave behind. */
    private static final Pattern LEFT_BEHIND =
            Pattern.compile("\\..*|#.*#|.*~|.*\\.(tmp|swp|bak|orig|rej|dpkg-[a-z]+|ucf-[a-z]+|rpmsave|rpmnew|rpmorig)");

    /**
     * A text that one file is taken to hold, whatever it holds now: what a change would make of it.
     *
     * @param name the file's user
     */
    record Draft(UserName name, String text) {}

    static UserFolder read(Path directory, Settings settings, @Nullable Draft draft) {
        return new Pass(directory, settings, draft).run();
    }

    static Path file(Path directory, UserName name) {
        return directory.resolve(name + SUFFIX);
    }

    private static final class Pass {
        private final Path directory;
        private final Settings settings;
        private final @Nullable Draft draft;
        private final List<UserReader> readers = new ArrayList<>();
        private final List<Problems> problems = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();

        Pass(Path directory, Settings settings, @Nullable Draft draft) {
            this.directory = directory;
            this.settings = settings;
            this.draft = draft;
        }

        UserFolder run() {
            for (String name : names()) {
                readFile(name);
            }
            loginsAreOneUsersEach();
            return new UserFolder(
                    readers.stream().map(UserReader::user).toList(),
                    problems.stream().flatMap(file -> file.list().stream()).toList(),
                    List.copyOf(warnings));
        }

        private Set<String> names() {
            Set<String> names = new TreeSet<>();
            if (draft != null) {
                names.add(draft.name() + SUFFIX);
            }
            // Where the folder above may not be searched nobody knows whether it is there: listing says so.
            if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
                return names;
            }
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(file -> names.add(String.valueOf(file.getFileName())));
            } catch (NotDirectoryException e) {
                problemsOf(directory).add(null, "is no directory; the users' files lie in one");
            } catch (AccessDeniedException e) {
                problemsOf(directory)
                        .add(
                                null,
                                "may not be listed by " + System.getProperty("user.name", "this user")
                                        + "; give it to the group that may: chgrp scp-before-relay, chmod 750");
            } catch (IOException | UncheckedIOException e) {
                problemsOf(directory).add(null, "cannot be listed: " + e.getMessage());
            }
            return names;
        }

        private void readFile(String fileName) {
            if (LEFT_BEHIND.matcher(fileName).matches()) {
                return;
            }
            Path file = directory.resolve(fileName);
            if (!fileName.endsWith(SUFFIX)) {
                warnings.add(file + " is not looked at: a user's file is called NAME.toml");
                return;
            }
            Problems found = problemsOf(file);
            String bare = fileName.substring(0, fileName.length() - SUFFIX.length());
            Optional<UserName> name = UserName.tryParse(bare);
            if (name.isEmpty()) {
                found.add(null, noUserName(bare));
                return;
            }
            if (draft == null || !draft.name().equals(name.get())) {
                warnOfMode(file);
            }
            text(name.get(), found)
                    .flatMap(text ->
                            UserReader.of(text, name.get(), settings.lease().maxTerm(), found))
                    .ifPresent(readers::add);
        }

        private Optional<String> text(UserName name, Problems found) {
            if (draft != null && draft.name().equals(name)) {
                return Optional.of(draft.text());
            }
            return TomlText.read(found);
        }

        /** A login name, or a user's own name, that two users could be meant by. */
        private void loginsAreOneUsersEach() {
            Map<String, UserReader> owners = new HashMap<>();
            readers.forEach(reader -> owners.put(reader.user().name().text(), reader));
            for (UserReader reader : readers) {
                for (String login : reader.user().logins()) {
                    UserReader owner = owners.putIfAbsent(login, reader);
                    if (owner == null || owner == reader) {
                        continue;
                    }
                    reader.loginIsAlso(login, owner.user().name());
                    if (owner.user().logins().contains(login)) {
                        owner.loginIsAlso(login, reader.user().name());
                    }
                }
            }
        }

        private void warnOfMode(Path file) {
            try {
                if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE)) {
                    warnings.add(file + " may be written by everybody on this machine: chmod 640");
                }
            } catch (IOException | UnsupportedOperationException e) {
                // Then it cannot be read either, which is said in its place; or there are no such modes here.
                return;
            }
        }

        private Problems problemsOf(Path file) {
            Problems found = new Problems(file);
            problems.add(found);
            return found;
        }

        private static String noUserName(String bare) {
            String lower = bare.toLowerCase(Locale.ROOT);
            return "'" + bare + "' is no user name: " + why(bare)
                    + (UserName.tryParse(lower).isPresent() ? "; did you mean '" + lower + SUFFIX + "'?" : "");
        }

        private static String why(String bare) {
            try {
                new UserName(bare);
                return "";
            } catch (IllegalArgumentException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }
}
