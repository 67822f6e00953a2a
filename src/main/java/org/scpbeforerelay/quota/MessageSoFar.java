package org.scpbeforerelay.quota;

import org.scpbeforerelay.lease.UserName;

/** The message and recipient that a question is about, as far as they are counted already. Read while it is decided. */
public interface MessageSoFar {
    /** A message of which nothing is counted. */
    MessageSoFar NEW = new MessageSoFar() {
        @Override
        public boolean isMessageCountedOn(UserName user) {
            return false;
        }

        @Override
        public boolean isRecipientCountedOn(UserName user) {
            return false;
        }

        @Override
        public String toString() {
            return "a new message";
        }
    };

    /** Whether a recipient of this message was counted on this user. */
    boolean isMessageCountedOn(UserName user);

    /** Whether this very recipient of it was. */
    boolean isRecipientCountedOn(UserName user);
}
