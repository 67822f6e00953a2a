package org.scpbeforerelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scpbeforerelay.cli.CommandRig.Ended;

/** A command line with a slip in it is told which word is wrong, whether a daemon runs or not. */
final class MisreadTest {
    @TempDir
    Path state;

    private Ended run(String line) {
        return CommandRig.runAs(List.of(line.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            nosuch                       | there is no command 'nosuch'
            serv                         | there is no command 'serv'; did you mean 'serve'?
            user nosuch                  | there is no command 'nosuch'
            user key ad                  | there is no command 'ad'; did you mean 'add'?
            table --bogus                | there is no option '--bogus'
            table --expir                | there is no option '--expir'; did you mean '--expire'?
            lookup 1.2.3.4 --sendr=x     | there is no option '--sendr'; did you mean '--sender'?
            leases extra                 | 'extra' is one word too many
            grant                        | Missing required parameters: 'USER[/DEVICE]', 'ADDRESS'
            lookup example.org           | 'example.org'
            explain 010.0.0.1            | '010.0.0.1'
            revoke Gerard!               | 'Gerard!' is no address and no user
            grant Gerard! 203.0.113.7    | 'Gerard!'
            grant gerard example.org     | 'example.org'
            announce g@h --identity /no  | --identity /no: there is no such file that you may read
            check --log x --service nope | --service: no format 'nope'; there are
            """)
    void theWordThatIsWrongIsSaid(String line, String said) {
        Ended ended = run(line + " --state " + state);
        assertThat(ended.exit()).as(ended.err()).isEqualTo(64);
        assertThat(ended.err()).startsWith("scp-before-relay: ").contains(said);
        assertThat(ended.err().lines()).hasSize(2).last().asString().startsWith("Try 'scp-before-relay");
        assertThat(ended.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"''", "user", "user key"})
    void withoutACommandTheHelpIsOnStandardError(String line) {
        Ended ended = CommandRig.runAs(line.isEmpty() ? List.of() : List.of(line.split(" ")));
        assertThat(ended.exit()).isEqualTo(64);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("Usage: scp-before-relay").contains("Commands:");
    }

    @ParameterizedTest
    @CsvSource({"0", "10.0.0.0/8", "203.0.113.7/32", "2001:db8::/64"})
    void whatIsNoSingleAddressIsRefusedAsTheHelpOfGrantSays(String address) {
        Ended ended = run("grant gerard " + address + " --state " + state);
        assertThat(ended.exit()).isEqualTo(77);
        assertThat(ended.err()).startsWith("refused address-not-allowed " + address);
    }

    @Test
    void commandsToCopyKeepTheFolderThatWasNamed() {
        assertThat(run("status --state " + state).err())
                .contains("start one with 'scp-before-relay serve --state " + state + "'")
                .doesNotContain("name its folder");
        assertThat(run("user list --state " + state).out()).contains("user add NAME --key FILE --state " + state);
        assertThat(run("user add gerard --state " + state).out())
                .contains("scp-before-relay user key add gerard FILE --state " + state);
    }

    @Test
    void anInterfaceThatIsLeftOutOrNotThereIsNotSaidToBeDown() {
        assertThat(run("announce g@localhost --once --interface lo").out())
                .contains("lo is the loopback interface")
                .doesNotContain("is down");
        assertThat(run("announce g@localhost --once --interface pppp0").out())
                .contains("there is no interface 'pppp0' on this machine now");
    }
}
