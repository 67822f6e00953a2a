package org.scpbeforerelay.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NodeStatusTest {
    private static final NodeStatus STATUS =
            new NodeStatus("relay1-0a1b2c3d", "0.1.0", 1_795_000_700_000L, 3, -12, 1_204, 1);

    @Test
    void whatAHostSaysIsReadByTheOthers() {
        assertThat(NodeStatus.parse(STATUS.node(), STATUS.text())).isEqualTo(STATUS);
    }

    @Test
    void aLaterVersionMaySayMore() {
        assertThat(NodeStatus.parse(STATUS.node(), STATUS.text() + " mood=good"))
                .isEqualTo(STATUS);
    }

    @Test
    void whatNoHostSaysIsNotShown() {
        assertThat(NodeStatus.parse("<script>alert(1)</script>", STATUS.text())).isNull();
        assertThat(NodeStatus.parse("relay1\u001b[2J-0a1b2c3d", STATUS.text())).isNull();
        assertThat(NodeStatus.parse(STATUS.node(), "")).isNull();
        assertThat(NodeStatus.parse(STATUS.node(), "v=<b> at=1795000700000")).isNull();
        assertThat(NodeStatus.parse(STATUS.node(), "v=\u001b[31m at=1795000700000"))
                .isNull();
        assertThat(NodeStatus.parse(STATUS.node(), "v=1 at=soon")).isNull();
        assertThat(NodeStatus.parse(STATUS.node(), STATUS.text() + " x".repeat(400)))
                .isNull();
    }

    @Test
    void aNumberThatIsNoneIsNought() {
        assertThat(NodeStatus.parse(STATUS.node(), "v=1 at=5 lag=99999999999999999999 ahead=1e9"))
                .isEqualTo(new NodeStatus(STATUS.node(), "1", 5, 0, 0, 0, 0));
    }
}
