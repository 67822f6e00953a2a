/**
 * Quotas: how many messages and recipients of each user were permitted of late, and whether one more is within the limit.
 *
 * <p>Pure. A {@link org.scpbeforerelay.quota.Meter} is a token bucket; {@link org.scpbeforerelay.quota.QuotaRules} judges one more
 * recipient; the {@link org.scpbeforerelay.quota.QuotaLedger} is what has been counted. Neighbours: {@code relay} asks while it
 * decides, {@code lookup} counts what it was permitted, {@code store} keeps it. Deliberately absent: files, the clock, the words of
 * an answer.
 */
@NullMarked
package org.scpbeforerelay.quota;

import org.jspecify.annotations.NullMarked;
