package org.scpbeforerelay.store.shared;

/** The engine cannot be reached, or does not do what was asked. The message says where and why. */
public class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
