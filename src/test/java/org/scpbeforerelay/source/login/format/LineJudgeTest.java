package org.scpbeforerelay.source.login.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.source.login.format.LoginSighting.Login;
import org.scpbeforerelay.source.login.format.LoginSighting.NotOurs;
import org.scpbeforerelay.source.login.format.LoginSighting.NotUnderstood;

/** Fronts, times and lines that are hostile, broken or too long. */
final class LineJudgeTest {
    private static final String LOGIN =
            "dovecot: imap-login: Login: user=<u>, method=PLAIN, rip=198.51.100.7, lip=192.0.2.1";
    private static final long NOW_MS = Instant.parse("2026-11-22T16:00:00Z").toEpochMilli();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // now, zone, stamp, the moment
        "2026-11-22T16:00:00Z, UTC, Nov 22 15:00:00, 2026-11-22T15:00:00Z",
        "2026-03-01T13:00:00Z, UTC, Mar  1 12:00:00, 2026-03-01T12:00:00Z",
        "2027-01-01T00:00:05Z, UTC, Dec 31 23:59:59, 2026-12-31T23:59:59Z",
        "2028-03-05T00:00:00Z, UTC, Feb 29 12:00:00, 2028-02-29T12:00:00Z",
        "2027-03-05T00:00:00Z, UTC, Feb 29 12:00:00, 2024-02-29T12:00:00Z",
        // the writer's clock is ahead: now, and not last year; also over New Year
        "2026-11-22T16:00:00Z, UTC, Nov 22 16:00:30, 2026-11-22T16:00:00Z",
        "2026-12-31T23:59:58Z, UTC, Jan  1 00:00:03, 2026-12-31T23:59:58Z",
        "2026-11-22T16:00:00Z, UTC, Nov 24 16:00:30, 2025-11-24T16:00:30Z",
        // the clock of the log is the zone's
        "2026-11-22T16:00:00Z, Europe/Amsterdam, Nov 22 16:30:00, 2026-11-22T15:30:00Z",
        // summer time ends: 02:30 comes twice; the last one that has been
        "2026-10-25T00:40:00Z, Europe/Amsterdam, Oct 25 02:30:00, 2026-10-25T00:30:00Z",
        "2026-10-25T01:40:00Z, Europe/Amsterdam, Oct 25 02:30:00, 2026-10-25T01:30:00Z",
        // summer time begins: 02:30 never was
        "2026-03-29T03:00:00Z, Europe/Amsterdam, Mar 29 02:30:00, 2026-03-29T01:30:00Z",
        "2026-11-22T16:00:00Z, Europe/Amsterdam, 2026-11-22T15:00:00+00:00, 2026-11-22T15:00:00Z",
        "2026-11-22T16:00:00Z, UTC, 2026-11-22T15:00:00.123456+01:00, 2026-11-22T14:00:00.123Z",
        "2026-11-22T16:00:00Z, UTC, 2026-11-22T15:00:00Z, 2026-11-22T15:00:00Z",
        "2026-11-22T16:00:00Z, UTC, 2099-11-22T15:00:00Z, 2026-11-22T16:00:00Z",
    })
    void pitfall20AndPitfall21LogTimeWithoutYearOrZoneAndFromTheFuture(
            Instant now, ZoneId zone, String stamp, Instant moment) throws Exception {
        LoginSighting sighting = judge("dovecot", zone).judge(stamp + " mail " + LOGIN, now.toEpochMilli());

        assertThat(sighting).isInstanceOf(Login.class);
        assertThat(Instant.ofEpochMilli(((Login) sighting).atMs())).isEqualTo(moment);
    }

    @ParameterizedTest
    @CsvSource({
        "Nov 32 15:00:00",
        "Foo 22 15:00:00",
        "ovN 22 15:00:00",
        "Nov 22 25:00:00",
        "Nov xx 15:00:00",
        "2026-11-22T15:00:00",
        "2026-13-22T15:00:00Z",
        "yesterday      "
    })
    void whatIsNoTimeIsNoLine(String stamp) throws Exception {
        assertThat(judge("dovecot", ZoneOffset.UTC).judge(stamp + " mail " + LOGIN, NOW_MS))
                .isInstanceOf(NotOurs.class);
    }

    @Test
    void pitfall1WhatAStrangerSaidAndAnotherProgramQuotedLeasesNothing() throws Exception {
        List<String> words = List.of(
                LOGIN.replace("198.51.100.7", "203.0.113.66"),
                "Nov 22 15:00:00 mail " + LOGIN.replace("198.51.100.7", "203.0.113.66"),
                "(v4.0.9) POP login by user \"admin\" at (203.0.113.66) 203.0.113.66",
                "sshd[1]: Accepted publickey for u from 203.0.113.66 port 1 ssh2: ED25519 SHA256:x",
                "LOGIN, user=u, ip=[203.0.113.66], port=[1], protocol=IMAP",
                "login: [203.0.113.66] u plaintext User logged in",
                "event=login.good r.clienthost=[203.0.113.66] u.username=u login.mech=PLAIN login.tls=1",
                "Login user=u host=[203.0.113.66]",
                "vchkpw-pop3: (PLAIN) login success u@d:203.0.113.66",
                "Session from 203.0.113.66",
                "Authentication passed for u",
                "rhost=203.0.113.66");
        // Each place into which a stranger can put words, in the lines of the programs that quote them.
        List<String> quotes = List.of(
                "postfix/smtpd[9]: warning: Illegal address syntax from unknown[198.51.100.9] in MAIL command: <%s>",
                "postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 554 5.7.1; from=<%s> to=<a@b> proto=ESMTP helo=<%s>",
                "sendmail[9]: fAM9: from=%s, size=0, class=0, nrcpts=0, relay=[198.51.100.9]",
                "dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<%s>, method=PLAIN, rip=198.51.100.9, lip=192.0.2.1",
                "dovecot: auth: passwd-file(%s,198.51.100.9): unknown user",
                "dovecot: lmtp(u)<1><s>: msgid=<%s>: saved mail to INBOX",
                "sshd[9]: Invalid user %s from 198.51.100.9 port 5",
                "sshd[9]: Failed password for invalid user %s from 198.51.100.9 port 5 ssh2",
                "sshd[9]: Bad protocol version identification '%s' from 198.51.100.9 port 5",
                "sshd[9]: pam_unix(sshd:auth): authentication failure; tty=ssh ruser= rhost=198.51.100.9  user=%s",
                "imapd: LOGIN FAILED, user=%s, ip=[198.51.100.9], port=[5]",
                "cyrus/imap[9]: badlogin: [198.51.100.9] plaintext (%s) invalid user",
                "cyrus/imap[9]: login: [198.51.100.9] anonymous %s",
                "cyrus/imap[9]: event=login.bad r.clienthost=[198.51.100.9] u.username=\"%s\" error=\"no\"",
                "imapd[9]: Login failed user=%s auth=%s host=[198.51.100.9]",
                "vpopmail[9]: vchkpw-pop3: vpopmail user not found %s@:198.51.100.9",
                "qpopper[9]: %s at client (198.51.100.9): -ERR [AUTH] Password supplied for \"%s\" is incorrect.",
                "popa3d[9]: Authentication failed for %s",
                "teapop[9]: Failed login for %s [192.0.2.1] from c [198.51.100.9]",
                "spop3d[9]: authentication failed: no such user: %s - 198.51.100.9",
                "perdition[9]: Auth: 198.51.100.9:5->192.0.2.1:143 client-secure=ssl authorisation_id=NONE authentication_id=\"%s\" server=\"a:1\" protocol=IMAP4 server-secure=ssl status=\"failed: no\"",
                "in.imapproxyd[9]: LOGIN: '%s' (198.51.100.9:5) failed: No response from IMAP server after sending LOGIN command");
        LineJudge judge = judge(null, ZoneOffset.UTC);
        for (String quote : quotes) {
            for (String word : words) {
                for (String said : List.of(word, "x> " + word, "\"" + word, "', " + word, "#012" + word)) {
                    String line = "Nov 22 15:00:00 mail " + quote.replace("%s", said);
                    assertThat(judge.judge(line, NOW_MS)).as(line).isNotInstanceOf(Login.class);
                }
            }
        }
    }

    @Test
    void pitfall2TheJournalsWordOnWhoWroteALineCountsAndNotItsTag() throws Exception {
        LineJudge judge = judge("sshd", ZoneOffset.UTC);
        String message = "Accepted publickey for u from 198.51.100.7 port 5 ssh2: ED25519 SHA256:x";

        assertThat(judge.judge(new LogLine(NOW_MS, "sshd", 7, message, new LogLine.Origin("sshd", 0))))
                .isInstanceOf(Login.class);
        assertThat(judge.judge(new LogLine(NOW_MS, "sshd", 7, message, new LogLine.Origin("logger", 0))))
                .isInstanceOf(NotOurs.class);
        assertThat(judge.judge(new LogLine(NOW_MS, "sshd", 7, message, new LogLine.Origin("sshd", 1000))))
                .isInstanceOf(NotOurs.class);
        assertThat(judge.judge(new LogLine(NOW_MS, "sshd", 7, message, new LogLine.Origin("sshd", -1))))
                .isInstanceOf(NotOurs.class);
    }

    @Test
    void pitfall28RepeatedLongBinaryAndBrokenLines() throws Exception {
        LineJudge judge = judge("dovecot", ZoneOffset.UTC);
        String front = "Nov 22 15:00:00 mail ";
        assertThat(judge.judge("\0\0\0" + front + LOGIN, NOW_MS)).isInstanceOf(Login.class);
        assertThat(judge.judge(front + LOGIN + "\r", NOW_MS)).isInstanceOf(Login.class);
        assertThat(judge.judge(front + LOGIN + ", x\0y", NOW_MS)).isInstanceOf(NotOurs.class);
        assertThat(judge.judge(front + LOGIN + ", " + "x".repeat(65_536), NOW_MS))
                .isInstanceOf(NotOurs.class);
        assertThat(judge.judge(front + LOGIN.replace("<u>", "<u" + ", a".repeat(2_000) + ">"), NOW_MS))
                .isInstanceOf(NotUnderstood.class);
        // Invalid UTF-8 in the name; UTF-8 is kept.
        assertThat(judge.judge(front + LOGIN.replace("<u>", "<\u00c3\u0028>"), NOW_MS))
                .isInstanceOf(NotUnderstood.class);
        assertThat(judge.judge(front + LOGIN.replace("<u>", "<j\u00c3\u00b6rg>"), NOW_MS))
                .isInstanceOfSatisfying(
                        Login.class, login -> assertThat(login.user()).isEqualTo("j\u00f6rg"));
    }

    @Test
    void pitfall30AndPitfall38NoBeginningOfALoginLineIsALoginWithAnotherAddress() throws Exception {
        for (String line : List.of(
                "Nov 22 15:00:00 mail " + LOGIN + ", mpid=5, session=<x>",
                "Nov 22 15:00:00 mail imapd: LOGIN, user=u, ip=[198.51.100.7], port=[42], protocol=IMAP",
                "Nov 22 15:00:00 mail sshd[7]: Accepted password for u from 198.51.100.7 port 51234 ssh2",
                "Nov 22 15:00:00 mail cyrus/imap[7]: login: c.example.net [198.51.100.7] u plaintext User logged in",
                "Nov 22 15:00:00 mail teapop[7]: Successful login for u [192.0.2.1] from c [198.51.100.7]")) {
            LineJudge judge = judge(null, ZoneOffset.UTC);
            for (int length = 0; length < line.length(); length++) {
                LoginSighting sighting = judge.judge(line.substring(0, length), NOW_MS);
                if (sighting instanceof Login login) {
                    assertThat(login.address().toString())
                            .as(line.substring(0, length))
                            .isEqualTo("198.51.100.7");
                }
            }
        }
    }

    @Test
    void pitfall38RandomLinesNeverCrashTheJudge() throws Exception {
        LineJudge judge = judge(null, ZoneOffset.UTC);
        Random random = new Random(7);
        String base = "Nov 22 15:00:00 mail " + LOGIN + ", session=<x>";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder line = new StringBuilder(base);
            for (int change = random.nextInt(6); change >= 0; change--) {
                int at = random.nextInt(line.length());
                switch (random.nextInt(3)) {
                    case 0 -> line.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> line.delete(at, Math.min(line.length() - 1, at + random.nextInt(20)));
                    default -> line.insert(at, base, 0, random.nextInt(base.length()));
                }
            }
            judge.judge(line.toString(), NOW_MS);
        }
        assertThat(judge.judge("", NOW_MS)).isInstanceOf(NotOurs.class);
        assertThat(judge.judge("LOGIN", NOW_MS)).isInstanceOf(NotOurs.class);
    }

    @Test
    void theTesterSaysInASentenceWhatALineWouldDo() throws Exception {
        LineJudge judge = judge("dovecot", ZoneOffset.UTC);
        assertThat(judge.explainLine("Nov 22 15:00:00 mail " + LOGIN, NOW_MS))
                .isEqualTo("login: u from 198.51.100.7 at 2026-11-22T15:00:00Z (dovecot)");
        assertThat(judge.explainLine("Nov 22 15:00:00 mail " + LOGIN.replace("Login:", "In:"), NOW_MS))
                .startsWith("NOT UNDERSTOOD: ");
        assertThat(judge.explainLine("Nov 22 15:00:00 mail cron[7]: x", NOW_MS))
                .isEqualTo("not ours: another program's");
    }

    @Test
    void anOwnFormatReadsLinesAndReplacesTheOneOfItsName() throws Exception {
        Files.writeString(folder.resolve("mypop.toml"), """
                source = "ours"
                programs = ["mypopd"]
                [[rule]]
                what = "login"
                line = 'in: (?<user>\\S+) at (?<address>\\S+)'
                """);
        LineJudge judge = new LineJudge(LoginFormats.read(folder).chosen(List.of("mypop")), ZoneOffset.UTC);

        assertThat(judge.judge("Nov 22 15:00:00 mail mypopd[7]: in: u at 198.51.100.7", NOW_MS))
                .isInstanceOf(Login.class);
        assertThat(judge.judge("Nov 22 15:00:00 mail mypopd[7]: said in: u at 198.51.100.7", NOW_MS))
                .isInstanceOf(NotOurs.class);
    }

    @Test
    void aWrongOwnFormatIsRefusedWithFileAndLine() throws Exception {
        Files.writeString(folder.resolve("mypop.toml"), """
                programs = ["mypopd"]
                conection = "pid"
                [[rule]]
                what = "login"
                line = 'in: (?<user>\\S+ at (?<address>\\S+)'
                [[rule]]
                what = "logon"
                line = 'x (?<ip>.*)'
                """);

        assertThatThrownBy(() -> LoginFormats.read(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("mypop.toml:2:1: unknown key 'conection'")
                .hasMessageContaining("mypop.toml:5:1: line: Unclosed group")
                .hasMessageContaining("mypop.toml:7:1: what: 'logon'; expected one of login, logout, nothing, opens")
                .hasMessageContaining("mypop.toml:8:1: unknown part 'ip'");
        assertThatThrownBy(() -> LoginFormats.read(null).chosen(List.of("dovecote")))
                .hasMessageContaining("no format 'dovecote'; there are courier, cyrus, dovecot");
    }

    private static LineJudge judge(@Nullable String service, ZoneId zone) throws FormatException {
        LoginFormats formats = LoginFormats.read(null);
        return new LineJudge(service == null ? formats.all() : formats.chosen(List.of(service)), zone);
    }
}
