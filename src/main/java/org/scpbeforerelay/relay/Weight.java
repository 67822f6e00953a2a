package org.scpbeforerelay.relay;

/** What one lease is worth for one question. */
public enum Weight {
    /** It permits the relay. */
    PERMITS("permits"),
    /** It permits the relay, within its user's limits, and it is counted. */
    PERMITS_AND_COUNTS("permits, and is counted"),
    /** Its end has come. */
    ENDED("has ended"),
    /** Its user is gone or disabled, or the key behind it is gone or expired. */
    NOT_UPHELD("is not upheld: its user or key is gone, disabled or expired"),
    /** Its address is odd here, as another host that granted it could not know, or as it was not yet when it was granted. */
    NOT_HERE(
            "does not count at this host: the address is this host's own or its gateway's, or a special one outside special_networks and may_announce here"),
    /** The question does not tell what the user's limits need. */
    NOT_ENFORCEABLE(
            "does not count this way: the user has limits that only the policy protocol can keep, those on messages and recipients only on a unix socket"),
    /** It would permit the relay, but one of its user's limits is reached. */
    OVER_QUOTA("does not permit more for the moment: its user's limit is reached"),
    /** The envelope sender is not among the user's. */
    SENDER_OUTSIDE("does not allow this sender");

    private final String sentence;

    Weight(String sentence) {
        this.sentence = sentence;
    }

    /** Whether the lease permits the relay. */
    public boolean permits() {
        return this == PERMITS || this == PERMITS_AND_COUNTS;
    }

    /** What to say of the lease: {@code has ended}. */
    public String sentence() {
        return sentence;
    }
}
