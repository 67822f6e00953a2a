package org.scpbeforerelay.relay;

/** What one lease is worth for one question. */
public enum Weight {
    /** It permits the relay. */
    PERMITS("permits"),
    /** Its end has come. */
    ENDED("has ended"),
    /** Its user is gone or disabled, or the key behind it is gone or expired. */
    NOT_UPHELD("is not upheld: its user or key is gone, disabled or expired"),
    /** The question does not tell what the user's limits need. */
    NOT_ENFORCEABLE("does not count this way: the user has limits that only the policy protocol can keep"),
    /** The envelope sender is not among the user's. */
    SENDER_OUTSIDE("does not allow this sender");

    private final String sentence;

    Weight(String sentence) {
        this.sentence = sentence;
    }

    /** What to say of the lease: {@code has ended}. */
    public String sentence() {
        return sentence;
    }
}
