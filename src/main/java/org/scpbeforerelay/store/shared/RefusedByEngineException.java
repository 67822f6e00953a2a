package org.scpbeforerelay.store.shared;

/** The engine answered, and the answer is no; the connection is as good as before. */
public final class RefusedByEngineException extends EngineException {
    private static final long serialVersionUID = 1L;

    public RefusedByEngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
