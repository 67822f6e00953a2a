package org.scpbeforerelay.console.page;

/** What a person sees who did not get what they asked for; whole in itself, since nothing else is given to strangers. */
public final class DoorPage {
    private DoorPage() {}

    /** The page; for 401, with a form for the token. */
    public static String html(int status, String title, String detail) {
        Html html = new Html();
        html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .raw("<meta name=\"color-scheme\" content=\"light dark\"><title>")
                .text(title)
                .raw(" · scp-before-relay</title></head><body><main><h1>")
                .text(title)
                .raw("</h1><p>")
                .text(detail)
                .raw("</p>");
        if (status == 401) {
            html.raw("<form method=\"post\" action=\"/login\"><label for=\"token\">Token</label> ")
                    .raw("<input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"off\" required>")
                    .raw(" <button>Open the console</button></form>");
        } else {
            html.raw("<p><a href=\"/\">To the console</a></p>");
        }
        return html.raw("</main></body></html>").toString();
    }
}
