package org.scpbeforerelay.console.page;

import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;

/** What every page has around it. */
final class Layout {
    private static final String MARK =
            "<svg width=\"26\" height=\"26\" viewBox=\"0 0 32 32\" aria-hidden=\"true\"><rect width=\"32\" height=\"32\" rx=\"8\""
                    + " fill=\"#1b5a9e\"/><path d=\"M7 11.5 16 18l9-6.5M7 11v10h11M22 25l3.5-4-3.5-4M25 21h-6\" fill=\"none\""
                    + " stroke=\"#fff\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";

    private Layout() {}

    /**
     * A whole page.
     *
     * @param title of the browser's tab
     * @param current the address of the page in the navigation; null when it is none of those
     */
    static String page(String title, @Nullable String current, Moment now, String version, Html body) {
        Html html = new Html();
        html.raw("<!doctype html>\n<html lang=\"en\"")
                .attribute("data-now", now.wallMs())
                .raw("><head><meta charset=\"utf-8\"><title>")
                .text(title)
                .raw(" · scp-before-relay</title>")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">")
                .raw(
                        "<link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">")
                .raw("<script src=\"/console.js\" defer></script></head>\n<body>")
                .raw("<a class=\"skip\" href=\"#main\">Skip to the content</a><header class=\"top\"><div>")
                .raw("<a class=\"brand\" href=\"/\">")
                .raw(MARK)
                .raw("<span>scp-before-relay</span></a><nav aria-label=\"Pages\">");
        link(html, "/", "Now", current);
        link(html, "/record", "Record", current);
        html.raw(
                        "</nav><form action=\"/address\" role=\"search\"><label class=\"unseen\" for=\"check\">Client address</label>")
                .raw(
                        "<input id=\"check\" name=\"address\" type=\"search\" placeholder=\"May this address relay?\" autocomplete=\"off\">")
                .raw("<button>Check</button></form><span class=\"live\" id=\"live\" hidden></span></div></header>\n")
                .raw("<main id=\"main\" tabindex=\"-1\">")
                .raw(body.toString())
                .raw("</main>\n<footer>scp-before-relay ")
                .text(version)
                .raw(
                        " · all times are UTC · <a href=\"/api/v1/openapi.json\">API</a> · <a href=\"/metrics\">metrics</a></footer>")
                .raw("<div id=\"said\" class=\"unseen\" role=\"status\" aria-live=\"polite\"></div></body></html>\n");
        return html.toString();
    }

    private static void link(Html html, String place, String text, @Nullable String current) {
        html.raw("<a href=\"")
                .raw(place)
                .raw(place.equals(current) ? "\" aria-current=\"page\">" : "\">")
                .text(text)
                .raw("</a>");
    }
}
