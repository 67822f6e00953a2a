package org.scpbeforerelay.source.login.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;

/**
 * A log full of what strangers said: every line that is a login in some format, quoted at every place of which a stranger
 * chooses the words, in the lines of every program that writes to a mail log. The stranger is at 203.0.113.66 in them, and really at
 * 198.51.100.9.
 */
final class HostileLogTest {
    private static final Path SAMPLES = Path.of(
            System.getProperty("project.root", ""), "src/main/resources/org/scpbeforerelay/source/login/samples");
    private static final long NOW_MS = Instant.parse("2026-11-22T16:00:00Z").toEpochMilli();
    private static final String FRONT = "Nov 22 15:00:00 mail ";

    /** {@code %s}: MAIL FROM, RCPT TO, HELO, user names, passwords, message ids, versions, commands. None of them a login. */
    private static final List<String> QUOTES = List.of(
            "postfix/smtpd[9]: warning: Illegal address syntax from unknown[198.51.100.9] in MAIL command: <%s>",
            "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 554 5.7.1 <%s>: Relay access denied; from=<%s> to=<%s> proto=ESMTP helo=<%s>",
            "postfix/smtpd[9]: improper command pipelining after EHLO from unknown[198.51.100.9]: %s",
            "postfix/smtpd[9]: warning: unknown[198.51.100.9]: SASL LOGIN authentication failed: %s",
            "postfix/smtpd[9]: warning: non-SMTP command from unknown[198.51.100.9]: %s",
            "postfix/cleanup[9]: 4XyZ: message-id=<%s>",
            "postfix/cleanup[9]: 4XyZ: warning: header Subject: %s from unknown[198.51.100.9]; from=<a@b> to=<c@d> proto=ESMTP helo=<%s>",
            "sendmail[9]: fAM9: from=%s, size=0, class=0, nrcpts=0, relay=[198.51.100.9]",
            "sendmail[9]: fAM9: \"%s\"... User unknown",
            "exim[9]: rejected EHLO from [198.51.100.9]: syntactically invalid argument(s): %s",
            "exim[9]: H=(%s) [198.51.100.9] F=<%s> rejected RCPT <%s>: relay not permitted",
            "smtpd[9]: 5e smtp failed-command address=198.51.100.9 command=\"MAIL FROM:<%s>\" result=\"553 no\"",
            "amavis[9]: (00009) Passed CLEAN, [198.51.100.9] <%s> -> <u@example.org>, Message-ID: <%s>",
            "dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1",
            "dovecot: imap-login: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) (auth_failed): user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1",
            "dovecot: auth: passwd-file(%s,198.51.100.9): Password mismatch (given password: %s)",
            "dovecot: auth: Error: passdb: %s",
            "dovecot: lmtp(u)<1><s>: msgid=<%s>: saved mail to INBOX",
            "dovecot: imap(u)<1><s>: Error: Mailbox %s: no such mailbox",
            "dovecot: imap-login: ID sent: name=%s, version=%s: user=<>, rip=198.51.100.9, lip=192.0.2.1",
            "dovecot: submission-login: Login: user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1",
            "sshd[9]: Invalid user %s from 198.51.100.9 port 5",
            "sshd[9]: Failed password for invalid user %s from 198.51.100.9 port 5 ssh2",
            "sshd-session[9]: Connection closed by invalid user %s 198.51.100.9 port 5 [preauth]",
            "sshd[9]: User %s from 198.51.100.9 not allowed because not listed in AllowUsers",
            "sshd[9]: Bad protocol version identification '%s' from 198.51.100.9 port 5",
            "sshd[9]: banner exchange: Connection from 198.51.100.9 port 5: invalid format: %s",
            "sshd[9]: Received disconnect from 198.51.100.9 port 5:11: %s [preauth]",
            "sshd[9]: pam_unix(sshd:auth): authentication failure; tty=ssh ruser= rhost=198.51.100.9  user=%s",
            "imapd: LOGIN FAILED, user=%s, ip=[198.51.100.9], port=[5]",
            "pop3d: LOGIN FAILED, method=PLAIN, user=%s, ip=[198.51.100.9], port=[5]",
            "courieresmtpd: error,relay=198.51.100.9,from=<%s>,to=<%s>: 513 Relaying denied.",
            "cyrus/imap[9]: badlogin: [198.51.100.9] plaintext (%s) invalid user",
            "cyrus/imap[9]: badlogin: c.example.net [198.51.100.9] plaintext %s SASL(-13): authentication failure: checkpass failed",
            "cyrus/imap[9]: login: [198.51.100.9] anonymous %s",
            "cyrus/imap[9]: event=login.bad r.clienthost=[198.51.100.9] u.username=\"%s\" error=\"%s\"",
            "cyrus/imap[9]: event=login.good sessionid=s r.clienthost=[198.51.100.9] login.mech=plaintext login.tls=0 login.anonymous=1 login.password=\"%s\"",
            "imapd[9]: Login failed user=%s auth=%s host=[198.51.100.9]",
            "ipop3d[9]: Login failure user=%s host=[198.51.100.9]",
            "vpopmail[9]: vchkpw-pop3: vpopmail user not found %s@:198.51.100.9",
            "vpopmail[9]: vchkpw-pop3: password fail (pass: '%s') u@d:198.51.100.9",
            "qpopper[9]: %s at client (198.51.100.9): -ERR [AUTH] Password supplied for \"%s\" is incorrect.",
            "qpopper[9]: Unable to get user %s",
            "popa3d[9]: Authentication failed for %s",
            "teapop[9]: Failed login for %s [192.0.2.1] from c [198.51.100.9]",
            "spop3d[9]: authentication failed: no such user: %s - 198.51.100.9",
            "spop3d[9]: unknown command: %s",
            "perdition[9]: Auth: 198.51.100.9:5->192.0.2.1:143 client-secure=ssl authorisation_id=NONE authentication_id=\"%s\" server=\"a:1\" protocol=IMAP4 server-secure=ssl status=\"failed: no\"",
            "in.imapproxyd[9]: LOGIN: '%s' (198.51.100.9:5) failed: No response from IMAP server after sending LOGIN command",
            "sudo[9]: u : TTY=pts/0 ; PWD=/ ; COMMAND=/bin/echo %s",
            "nginx[9]: 198.51.100.9 - - \"GET /%s HTTP/1.1\" 404",
            "kernel: %s");

    /** Good logins of a stranger who has an account, and chose its name; the address is the true one or none. */
    private static final List<String> NAMES = List.of(
            "dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1, session=<x>",
            "dovecot: imap-login: Logged in: user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1",
            "imapd: LOGIN, user=%s, ip=[198.51.100.9], port=[5], protocol=IMAP",
            "cyrus/imap[9]: login: c.example.net [198.51.100.9] %s plaintext User logged in",
            "cyrus/imap[9]: event=login.good sessionid=s r.clienthost=[198.51.100.9] u.username=\"%s\" login.mech=PLAIN login.tls=1",
            "sshd[9]: Accepted password for %s from 198.51.100.9 port 5 ssh2",
            "imapd[9]: Login user=%s host=c.example.net [198.51.100.9]",
            "ipop3d[9]: Login user=%s host=[198.51.100.9] nmsgs=0/0",
            "qpopper[9]: (v4.0.9) POP login by user \"%s\" at (c.example.net) 198.51.100.9",
            "vpopmail[9]: vchkpw-pop3: (PLAIN) login success %s:198.51.100.9",
            "popa3d[9]: Authentication passed for %s",
            "teapop[9]: Successful login for %s [192.0.2.1] from c [198.51.100.9]",
            "spop3d[9]: user %s authenticated - 198.51.100.9",
            "perdition[9]: Auth: 198.51.100.9:5->192.0.2.1:143 client-secure=ssl authorisation_id=\"%s\" authentication_id=\"%s\" server=\"a:1\" protocol=IMAP4 server-secure=ssl status=\"ok\"",
            "in.imapproxyd[9]: LOGIN: '%s' (198.51.100.9:5) on new sd [13]");

    static List<String> formats() {
        return LoginFormats.BUILT_IN;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void pitfall1QuotedLoginLinesOfThisFormatLeaseNothing(String format) throws Exception {
        LineJudge judge = judge();
        List<String> words = words(format);
        assertThat(words).hasSizeGreaterThanOrEqualTo(8);
        for (String quote : QUOTES) {
            for (String word : words) {
                String line = FRONT + quote.replace("%s", word);
                assertThat(judge.judge(line, NOW_MS)).as(line).isNotInstanceOf(Login.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void pitfall1UserNamesThatAreLoginLinesOfThisFormatNeverMakeAnotherAddress(String format) throws Exception {
        LineJudge judge = judge();
        for (String name : NAMES) {
            for (String word : words(format)) {
                String line = FRONT + name.replace("%s", word);
                if (judge.judge(line, NOW_MS) instanceof Login login) {
                    assertThat(login.address().toString()).as(line).isEqualTo("198.51.100.9");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "guest@example.net",
                "x User logged in",
                "nick plaintext User logged in",
                "nick plaintext+TLS User logged in SESSIONID=<s>",
                "[198.51.100.7] nick plaintext User logged in",
                "x\" u.username=nick login.mech=PLAIN login.tls=1",
                "x u.username=nick login.mech=PLAIN login.tls=1 login.magic=\"\"",
                "",
            })
    void pitfall3WhatCyrusLogsOfAnAnonymousLoginIsNoLoginWhateverItsPassword(String password) throws Exception {
        LineJudge judge = judge();
        for (String line : List.of(
                "cyrus/imap[9]: login: c.example.net [203.0.113.66] anonymous " + password,
                "cyrus/imap[9]: login: [203.0.113.66] anonymous " + password,
                "cyrus/pop3[9]: login: [203.0.113.66] nick ANONYMOUS User logged in " + password,
                "cyrus/imap[9]: event=login.good sessionid=s r.clienthost=[203.0.113.66] login.mech=plaintext login.tls=0"
                        + " login.anonymous=1 login.password=\"" + password + "\"",
                "cyrus/imap[9]: event=login.good sessionid=s r.clienthost=[203.0.113.66] login.mech=plaintext login.tls=0"
                        + " login.password=" + password + " login.anonymous=1",
                "cyrus/imap[9]: event=login.good sessionid=s r.clienthost=[203.0.113.66] u.username=nick login.mech=ANONYMOUS"
                        + " login.tls=0 login.anonymous=1")) {
            assertThat(judge.judge(FRONT + line, NOW_MS)).as(line).isInstanceOf(LoginSighting.NoLogin.class);
        }
        assertThat(judge.judge(
                        FRONT + "cyrus/imap[9]: login: c.example.net [198.51.100.7] nick plaintext User logged in",
                        NOW_MS))
                .isInstanceOf(Login.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dovecot: imap-login: Login aborted: Logged out (auth failed, 1 attempts in 2 secs) (auth_failed): user=<u>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1, TLS",
                "dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<u>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1",
                "dovecot: pop3-login: Aborted login (auth failed, 1 attempts): user=<u>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1",
                "imapd: LOGIN FAILED, user=u, ip=[198.51.100.7], port=[4242]",
                "cyrus/imap[7]: badlogin: c.example.net [198.51.100.7] plaintext u SASL(-13): authentication failure: User logged in",
                "cyrus/imap[7]: event=login.bad r.clienthost=[198.51.100.7] u.username=u login.mech=PLAIN login.tls=1 error=\"login.good\"",
                "sshd[7]: Failed publickey for u from 198.51.100.7 port 5 ssh2: ED25519 SHA256:x",
                "sshd[7]: Partial publickey for u from 198.51.100.7 port 5 ssh2: ED25519 SHA256:x",
                "sshd[7]: Postponed publickey for u from 198.51.100.7 port 5 ssh2 [preauth]",
                "imapd[7]: Login failed user=u auth=u host=[198.51.100.7]",
                "ipop3d[7]: Login failure user=u host=[198.51.100.7]",
                "qpopper[7]: u at c (198.51.100.7): -ERR [AUTH] POP login by user \"u\" refused",
                "vpopmail[7]: vchkpw-pop3: password fail login success u@d:198.51.100.7",
                "popa3d[7]: Authentication failed for u",
                "teapop[7]: Failed login for u [192.0.2.1] from c [198.51.100.7]",
                "spop3d[7]: authentication failed for user u - 198.51.100.7",
                "perdition[7]: Auth: 198.51.100.7:5->192.0.2.1:143 client-secure=ssl authorisation_id=NONE authentication_id=\"u\" server=\"a:1\" protocol=IMAP4 server-secure=ssl status=\"failed: not ok\"",
                "in.imapproxyd[7]: LOGIN: 'u' (198.51.100.7:5) failed: non-OK server response to LOGIN command: NO",
            })
    void pitfall4LinesOfFailedLoginsNeverLeaseAndRaiseNoAlarm(String line) throws Exception {
        assertThat(judge().judge(FRONT + line, NOW_MS))
                .isInstanceOfAny(LoginSighting.NoLogin.class, LoginSighting.NotOurs.class);
    }

    @Test
    void everyFormatIsAmongTheQuotingProgramsAndAmongTheNames() throws Exception {
        for (LoginFormat format : LoginFormats.read(null).all()) {
            for (List<String> lines : List.of(QUOTES, NAMES)) {
                assertThat(lines)
                        .as(format.name())
                        .anyMatch(line -> format.programs().contains(line.split("[\\[:]", 2)[0]));
            }
        }
    }

    /** The format's logins as a stranger would write them: whole lines, tag and message, the message alone, and begun anew. */
    private static List<String> words(String format) throws IOException {
        List<String> words = new ArrayList<>();
        for (String sample : Files.readAllLines(SAMPLES.resolve(format + ".txt"), StandardCharsets.ISO_8859_1)) {
            if (sample.startsWith("+ ") || sample.contains("Session from")) {
                String line = sample.substring(sample.indexOf("| ") + 2)
                        .replaceAll("198\\.51\\.100\\.\\d+|203\\.0\\.113\\.\\d+|2001:db8::7", "203.0.113.66");
                String tagged = line.replaceFirst("^.*? mail ", "");
                String message = tagged.replaceFirst("^[^:]*: ", "");
                for (String word : List.of(line, tagged, message)) {
                    words.addAll(List.of(
                            word,
                            "x> " + word,
                            "\"" + word + "\"",
                            "', " + word,
                            "x\" " + word,
                            "x) " + word,
                            "#012" + word,
                            "\\n" + word,
                            "message repeated 2 times: [ " + word + "]"));
                }
            }
        }
        return words;
    }

    private static LineJudge judge() throws FormatException {
        return new LineJudge(LoginFormats.read(null).all(), ZoneOffset.UTC);
    }
}
