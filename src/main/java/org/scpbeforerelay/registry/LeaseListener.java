package org.scpbeforerelay.registry;

/**
 * Told of every event, in order, after the book shows it and before the announcer has its answer. Called by the one writer:
 * must not block and must not call the registry and wait.
 */
public interface LeaseListener {
    void happened(LeaseEvent event);
}
