package org.scpbeforerelay.sign;

/**
 * What the host makes of shared and odd addresses, at one reading of the settings.
 *
 * @param maxUsers how many users may have leases on one address at once; 0: any number
 * @param maxAddresses at how many places one user may have leases at once; 0: any number
 * @param manyAddresses from how many on it is a sign; at least 2
 * @param movedWithinMs how long, in milliseconds, an address is another's after that one's last lease on it has ended
 * @param refuseMoved whether it is refused to others so long
 * @param refuseBehindNat whether a client that names an address from the far side of a NAT is refused
 */
public record SharedTerms(
        int maxUsers,
        int maxAddresses,
        int manyAddresses,
        long movedWithinMs,
        boolean refuseMoved,
        boolean refuseBehindNat) {
    /** All is shown, nothing is refused. */
    public static final SharedTerms SHOWN = new SharedTerms(0, 0, 5, 600_000, false, false);
}
