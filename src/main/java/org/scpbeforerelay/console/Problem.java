package org.scpbeforerelay.console;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.view.Json;
import tools.jackson.databind.node.ObjectNode;

/** Why a request is not answered as asked: RFC 9457 for programs, a page for people. */
public final class Problem extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String title;
    private final String detail;
    private long retryAfterSeconds;
    private @Nullable String allowed;

    /**
     * A problem.
     *
     * @param status of HTTP
     * @param code the word for programs
     * @param title what went wrong, in general
     * @param detail what went wrong here, and what to do
     */
    public Problem(int status, String code, String title, String detail) {
        super(detail);
        this.status = status;
        this.code = code;
        this.title = title;
        this.detail = detail;
    }

    /** What was asked cannot be understood. */
    public static Problem badRequest(String detail) {
        return new Problem(400, "bad-request", "This request cannot be understood", detail);
    }

    /** There is nothing of this name. */
    public static Problem notFound(String detail) {
        return new Problem(404, "not-found", "There is nothing here", detail);
    }

    /** Only these methods have a meaning here. */
    static Problem methodNotAllowed(String allowed) {
        Problem problem = new Problem(
                405, "method-not-allowed", "This cannot be done here", "this address takes only " + allowed);
        problem.allowed = allowed;
        return problem;
    }

    /** The same, to be tried again later. */
    public Problem retryAfter(long seconds) {
        retryAfterSeconds = Math.max(1, seconds);
        return this;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public String detail() {
        return detail;
    }

    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    @Nullable
    String allowed() {
        return allowed;
    }

    ObjectNode json() {
        return Json.object()
                .put("type", "urn:scp-before-relay:problem:" + code)
                .put("title", title)
                .put("status", status)
                .put("code", code)
                .put("detail", detail);
    }
}
