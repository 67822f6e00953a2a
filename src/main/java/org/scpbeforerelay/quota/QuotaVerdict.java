package org.scpbeforerelay.quota;

/** Whether one more recipient of a message is within a user's limits. */
public sealed interface QuotaVerdict permits Charge, Exhausted {}
