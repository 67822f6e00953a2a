package org.scpbeforerelay.postfix;

import java.util.Map;

/**
 * A service of master.cf (master(5)).
 *
 * @param name {@code smtp}, {@code 127.0.0.1:submission}, …
 * @param type inet, pass, unix, …
 * @param chroot whether it runs in the queue directory
 * @param program smtpd, postscreen, …
 * @param raw its {@code -o} settings as written
 * @param overrides the same with {@code $name} expanded
 */
public record MailService(
        String name,
        String type,
        boolean chroot,
        String program,
        Map<String, String> raw,
        Map<String, String> overrides) {
    public MailService {
        raw = Map.copyOf(raw);
        overrides = Map.copyOf(overrides);
    }

    /** Whether it speaks SMTP with clients of the network. */
    boolean isSmtpd() {
        return program.equals("smtpd") && (type.equals("inet") || type.equals("pass"));
    }

    /** The port's name or number, without an address before it. */
    String port() {
        return name.substring(name.lastIndexOf(':') + 1);
    }

    /** Whether mail from other servers comes in here: port 25, or what postscreen passes on. */
    boolean isPort25() {
        return isSmtpd() && (type.equals("pass") || port().equals("smtp") || port().equals("25"));
    }

    /** As {@code postconf -P} names it. */
    @Override
    public String toString() {
        return name + "/" + type;
    }
}
