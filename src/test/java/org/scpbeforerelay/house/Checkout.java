package org.scpbeforerelay.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of this checkout: those that belong to the project, not what a build or an editor put beside them. */
final class Checkout {
    static final Path ROOT = Path.of(System.getProperty("project.root", "")).toAbsolutePath();

    /** Made by tools, at the top of the checkout. */
    private static final Set<String> NOT_OURS =
            Set.of(".git", "target", ".idea", ".settings", ".classpath", ".project");

    private Checkout() {}

    /** Every file, relative to the root, in order. */
    static List<Path> files() {
        try (Stream<Path> top = Files.list(ROOT)) {
            return top.filter(path -> !NOT_OURS.contains(path.getFileName().toString()))
                    .flatMap(Checkout::filesBelow)
                    .map(ROOT::relativize)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> javaFiles() {
        return files().stream()
                .filter(path -> path.startsWith("src") && path.toString().endsWith(".java"))
                .toList();
    }

    /** The files that begin with a shell's name, and the parts that those read. */
    static List<Path> scripts() {
        return files().stream()
                .filter(path ->
                        path.toString().endsWith(".sh") || text(path).matches("(?s)#!\\S*/(env )?(ba|da)?sh\\b.*"))
                .toList();
    }

    /** A file's text; bytes that are no UTF-8 are of no interest here. */
    static String text(Path path) {
        try {
            return new String(Files.readAllBytes(ROOT.resolve(path)), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> filesBelow(Path path) {
        try (Stream<Path> below = Files.walk(path)) {
            return below.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
