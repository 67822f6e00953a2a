package org.scpbeforerelay.console.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.scpbeforerelay.address.AddressSyntaxException;
import org.scpbeforerelay.address.ClientAddress;
import org.scpbeforerelay.console.Duration;
import org.scpbeforerelay.console.Problem;
import org.scpbeforerelay.console.Visit;

/** What the questions have in common. */
final class Queries {
    private static final int LIMIT = 100;
    private static final int LIMIT_MAX = 1000;

    private Queries() {}

    /** {@code limit}: how many at the most. */
    static int limit(Visit visit) throws Problem {
        String text = visit.parameter("limit").orElse(String.valueOf(LIMIT));
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > LIMIT_MAX) {
            throw Problem.badRequest("limit: '" + text + "' is no number from 1 to " + LIMIT_MAX);
        }
        return Integer.parseInt(text);
    }

    static Optional<ClientAddress> address(Visit visit, String name) throws Problem {
        Optional<String> text = visit.parameter(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ClientAddress.parse(text.get()));
        } catch (AddressSyntaxException e) {
            throw Problem.badRequest(name + ": " + e.getMessage());
        }
    }

    static long durationMs(Visit visit, String name, long otherwise) throws Problem {
        Optional<String> text = visit.parameter(name);
        return text.isEmpty() ? otherwise : Duration.ms(text.get());
    }

    /** The next page's address, as RFC 8288 has it; with the other fields of the question. */
    static String nextLink(Visit visit, String after) {
        StringBuilder link = new StringBuilder("<" + visit.path() + "?after=" + encoded(after));
        for (String name : new String[] {"user", "address", "since", "q", "limit"}) {
            visit.parameter(name)
                    .ifPresent(
                            value -> link.append('&').append(name).append('=').append(encoded(value)));
        }
        return link.append(">; rel=\"next\"").toString();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
