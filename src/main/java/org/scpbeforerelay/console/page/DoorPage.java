package org.scpbeforerelay.console.page;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** What a person sees who did not get what they asked for; whole in itself, since nothing else is given to strangers. */
public final class DoorPage {
    private static final String STYLE =
            ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;"
                    + "background:light-dark(#f7f6f3,#131518);color:light-dark(#1b1e22,#ebe9e4);font:16px/1.6 system-ui,sans-serif}"
                    + "main{max-width:32rem;padding:2rem}h1{font-size:1.7rem;letter-spacing:-.02em;line-height:1.2;margin:0}"
                    + "p{color:light-dark(#5a616c,#a6adb7);overflow-wrap:anywhere}a{color:light-dark(#1b5a9e,#86b8f2)}"
                    + "form{display:grid;gap:.4rem;margin-top:1.6rem}input,button{font:inherit;color:inherit;padding:.5rem .8rem;border-radius:8px;"
                    + "border:1px solid light-dark(#8d929a,#6c737d);background:light-dark(#fff,#1b1e22)}"
                    + "button{background:light-dark(#1b5a9e,#86b8f2);border:0;color:light-dark(#fff,#0f1a28);font-weight:600;margin-top:.4rem}";

    /** Its own style and nothing else. */
    public static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'sha256-" + digest(STYLE)
            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private DoorPage() {}

    private static String digest(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The page; for 401, with a form for the token. */
    public static String html(int status, String title, String detail) {
        Html html = new Html();
        html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .raw("<meta name=\"color-scheme\" content=\"light dark\"><title>")
                .text(title)
                .raw(" · scp-before-relay</title><style>")
                .raw(STYLE)
                .raw("</style></head><body><main><h1>")
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
