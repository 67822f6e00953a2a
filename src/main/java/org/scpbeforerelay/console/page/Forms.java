package org.scpbeforerelay.console.page;

import org.jspecify.annotations.Nullable;

/** Parts of forms. */
final class Forms {
    private Forms() {}

    static void hidden(Html html, String name, @Nullable String value) {
        html.raw("<input type=\"hidden\"")
                .attribute("name", name)
                .attribute("value", value == null ? "" : value)
                .raw(">");
    }

    static void field(Html html, String label, String name, String value, String placeholder, boolean required) {
        html.raw("<label>")
                .text(label)
                .raw("<input type=\"text\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\"")
                .attribute("name", name)
                .attribute("value", value)
                .attribute("placeholder", placeholder)
                .raw(required ? " required></label>" : "></label>");
    }

    /** The form that grants a lease. */
    static void grant(Html html, @Nullable String formToken, String user, String address, String back) {
        html.raw("<form class=\"fields\" method=\"post\" action=\"/grant\">");
        hidden(html, "form_token", formToken);
        hidden(html, "back", back);
        field(html, "User", "user", user, "gerard", true);
        field(html, "Device", "device", "", "default", false);
        field(html, "Client address", "address", address, "203.0.113.7", true);
        field(html, "For how long", "term", "", "the user's term, or 2h", false);
        html.raw("<button class=\"main\">Grant</button></form>");
    }
}
