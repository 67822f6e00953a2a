package org.scpbeforerelay.control;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers questions that came through the control socket. Called on a thread of the connection's own; may block. */
public interface ControlHandler {
    /**
     * Answers one question.
     *
     * @param question has at least {@code "do"}, the name of what is asked
     * @param operator the peer's login name, from the kernel
     * @param answer takes rows; the last line is written when this returns
     * @return the fields of the last line
     * @throws ControlException when it cannot or may not be done
     */
    ObjectNode handle(JsonNode question, String operator, Consumer<ObjectNode> answer) throws ControlException;
}
