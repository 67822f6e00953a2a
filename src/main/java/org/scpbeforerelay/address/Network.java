package org.scpbeforerelay.address;

/**
 * A network of client addresses, as in {@code 203.0.113.0/24} or {@code 2001:db8::/32}; a single address is the network of its
 * whole length. The bits behind the prefix must be zero, as Postfix demands of {@code mynetworks}: a slip there is a typing
 * error more often than not.
 *
 * @param base the first address
 * @param prefixLength in bits of the address's own family: 0 to 32, or 0 to 128
 */
public record Network(ClientAddress base, int prefixLength) {
    public Network {
        if (prefixLength < 0 || prefixLength > base.family().bits()) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + base);
        }
        if (!base.masked(prefixLength).equals(base)) {
            throw new IllegalArgumentException(base + "/" + prefixLength + " has bits behind its prefix");
        }
    }

    /** The network of this length around an address. */
    public static Network around(ClientAddress address, int prefixLength) {
        return new Network(address.masked(prefixLength), prefixLength);
    }

    /** Reads {@code ADDRESS} or {@code ADDRESS/LENGTH}. */
    public static Network parse(String text) throws AddressSyntaxException {
        int slash = text.indexOf('/');
        if (slash < 0) {
            ClientAddress address = ClientAddress.parse(text);
            return new Network(address, address.family().bits());
        }
        ClientAddress base = ClientAddress.parse(text.substring(0, slash));
        int length = decimal(text, slash + 1);
        if (base.isIpv4() && text.indexOf(':') >= 0) {
            length -= 96; // ::ffff:203.0.113.0/120 is 203.0.113.0/24
        }
        if (length < 0 || length > base.family().bits()) {
            throw new AddressSyntaxException(
                    text,
                    "no network: its prefix length must be 0 to "
                            + base.family().bits());
        }
        if (!base.masked(length).equals(base)) {
            throw new AddressSyntaxException(
                    text, "no network: bits are set behind the prefix; did you mean " + around(base, length) + "?");
        }
        return new Network(base, length);
    }

    /** Whether an address lies in this network. IPv4 addresses lie in no IPv6 network. */
    public boolean contains(ClientAddress address) {
        return address.family() == base.family() && address.masked(prefixLength).equals(base);
    }

    @Override
    public String toString() {
        return base + "/" + prefixLength;
    }

    private static int decimal(String text, int from) throws AddressSyntaxException {
        String digits = text.substring(from);
        boolean decimal = !digits.isEmpty()
                && digits.length() <= 3
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!decimal) {
            throw new AddressSyntaxException(text, "no network: a prefix length stands after the slash, like /24");
        }
        return Integer.parseInt(digits);
    }
}
