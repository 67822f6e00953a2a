package org.scpbeforerelay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.scpbeforerelay.config.Settings;
import org.scpbeforerelay.source.login.format.LoginFormats;

/** Settings and the parts that work by them speak of the same things. */
class ConfigurationTest {
    @Test
    void theSettingsKnowEveryLoginFormatThatComesWithTheProgram() {
        assertThat(Settings.LoginLog.SERVICES).isEqualTo(LoginFormats.BUILT_IN);
    }
}
