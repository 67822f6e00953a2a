package org.scpbeforerelay.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * What the tidy test wants to know of a source file, as the compiler's own parser sees it: text in comments and strings is not code.
 *
 * @param path relative to the checkout's root
 * @param calls what is called, as it is written: {@code Thread.sleep}
 * @param annotations simple names
 */
record Source(
        Path path,
        String packageName,
        int lines,
        List<Function> functions,
        List<String> types,
        List<String> calls,
        List<String> annotations) {

    /** A method or constructor, from its first annotation to its closing brace. */
    record Function(String name, int lines) {}

    boolean isTest() {
        return path.startsWith("src/test");
    }

    static List<Source> readAll(List<Path> paths) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var units = files.getJavaFileObjectsFromPaths(
                    paths.stream().map(Checkout.ROOT::resolve).toList());
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<Source> sources = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                sources.add(read(unit, positions));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Source read(CompilationUnitTree unit, SourcePositions positions) {
        Path path = Checkout.ROOT.relativize(Path.of(unit.getSourceFile().toUri()));
        Reader reader = new Reader(unit, positions);
        reader.scan(unit, null);
        return new Source(
                path,
                String.valueOf(unit.getPackageName()),
                (int) Checkout.text(path).lines().count(),
                reader.functions,
                reader.types,
                reader.calls,
                reader.annotations);
    }

    private static final class Reader extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<Function> functions = new ArrayList<>();
        private final List<String> types = new ArrayList<>();
        private final List<String> calls = new ArrayList<>();
        private final List<String> annotations = new ArrayList<>();

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            functions.add(new Function(method.getName().toString(), linesOf(method)));
            return super.visitMethod(method, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            types.add(type.getSimpleName().toString());
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            calls.add(call.getMethodSelect().toString());
            return super.visitMethodInvocation(call, null);
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable Void nothing) {
            annotations.add(annotation.getAnnotationType().toString().replaceFirst(".*\\.", ""));
            return super.visitAnnotation(annotation, null);
        }

        private int linesOf(Tree tree) {
            LineMap lines = unit.getLineMap();
            long first = lines.getLineNumber(positions.getStartPosition(unit, tree));
            long last = lines.getLineNumber(positions.getEndPosition(unit, tree));
            return (int) (last - first + 1);
        }
    }
}
