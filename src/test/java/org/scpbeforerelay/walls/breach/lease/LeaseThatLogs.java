package org.scpbeforerelay.walls.breach.lease;

import org.slf4j.LoggerFactory;

/** Breach: the core logs. */
public final class LeaseThatLogs {
    public void say() {
        LoggerFactory.getLogger(LeaseThatLogs.class).info("granted");
    }
}
