package org.scpbeforerelay.console.page;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.scpbeforerelay.clock.Moment;
import org.scpbeforerelay.lease.Lease;
import org.scpbeforerelay.sign.Sign;
import org.scpbeforerelay.sign.Signs;

/** Leases as rows, each with the time it has left and a button that ends it. */
final class LeaseTable {
    private final Moment now;
    private final Signs signs;
    private final @Nullable String formToken;

    LeaseTable(Moment now, Signs signs, @Nullable String formToken) {
        this.now = now;
        this.signs = signs;
        this.formToken = formToken;
    }

    void add(Html html, List<Lease> leases, String back) {
        html.raw(
                        "<div class=\"wide\"><table class=\"cards\"><thead><tr><th scope=\"col\">Who</th><th scope=\"col\">Address</th>")
                .raw("<th scope=\"col\">By</th><th scope=\"col\">Since</th><th scope=\"col\">Time left</th>")
                .raw("<th scope=\"col\"><span class=\"unseen\">Action</span></th></tr></thead><tbody>");
        int row = 0;
        for (Lease lease : leases) {
            add(html, lease, "bar" + row++, back);
        }
        html.raw("</tbody></table></div>");
    }

    private void add(Html html, Lease lease, String bar, String back) {
        String key = lease.key().toString();
        html.raw("<tr").attribute("data-key", key + " " + lease.addressText()).raw("><td><a class=\"who\"");
        html.attribute("href", "/users/" + lease.user())
                .raw(">")
                .text(lease.user().text())
                .raw("</a><span class=\"dim\">/")
                .text(lease.device().text())
                .raw("</span></td><td><a class=\"mono\"")
                .attribute("href", "/address?address=" + lease.address())
                .raw(">")
                .text(lease.addressText())
                .raw("</a>");
        for (Sign sign : signs.of(lease)) {
            html.raw(" <span class=\"tag sign\"")
                    .attribute("title", sign.says())
                    .raw(">")
                    .text(sign.word())
                    .raw("</span>");
        }
        html.raw("</td><td class=\"nowrap\"><span class=\"tag ")
                .raw(lease.source().text())
                .raw("\">")
                .text(lease.source().text())
                .raw("</span>")
                .raw(lease.held() ? " <span class=\"tag\">held</span>" : "")
                .raw("</td><td class=\"dim small nowrap\">")
                .text(Said.time(lease.grantedAtMs(), now.wallMs()))
                .raw("</td><td class=\"left\">");
        addTimeLeft(html, lease, bar);
        html.raw("</td><td class=\"act\">");
        addRevoke(html, lease, key, back);
        html.raw("</td></tr>");
    }

    private void addTimeLeft(Html html, Lease lease, String bar) {
        long leftMs = lease.leftMs(now);
        long termMs = Math.max(1, lease.expiresAtMs() - lease.renewedAtMs());
        double part = Math.min(1.0, (double) leftMs / termMs);
        html.raw("<time")
                .attribute(
                        "datetime",
                        java.time.Instant.ofEpochMilli(lease.expiresAtMs()).toString())
                .attribute("title", "until " + Said.time(lease.expiresAtMs(), now.wallMs()) + " UTC")
                .raw("><span")
                .attribute("data-until", now.wallMs() + leftMs)
                .attribute("data-term", termMs)
                .attribute("data-bar", bar)
                .raw(">")
                .text(Said.duration(leftMs))
                .raw(
                        "</span></time><svg class=\"bar\" aria-hidden=\"true\"><rect class=\"all\" width=\"100%\" height=\"4\" rx=\"2\"/>")
                .raw("<rect height=\"4\" rx=\"2\"")
                .attribute("id", bar)
                .attribute("class", part < 0.2 ? "rest soon" : "rest")
                .attribute("width", Math.round(part * 1000) / 10.0 + "%")
                .raw("/></svg>");
    }

    private void addRevoke(Html html, Lease lease, String key, String back) {
        html.raw("<form method=\"post\" action=\"/revoke\">");
        Forms.hidden(html, "form_token", formToken);
        Forms.hidden(html, "lease", key);
        Forms.hidden(html, "back", back);
        html.raw("<button class=\"quiet\"")
                .attribute("id", "revoke-" + key)
                .raw(">Revoke<span class=\"unseen\"> the lease of ")
                .text(lease.principal() + " on " + lease.addressText())
                .raw("</span></button></form>");
    }
}
