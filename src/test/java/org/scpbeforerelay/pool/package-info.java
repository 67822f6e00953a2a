/** Pools of relay hosts on real Redis servers: what every host permits, whatever ends, hangs or forgets meanwhile. */
@NullMarked
package org.scpbeforerelay.pool;

import org.jspecify.annotations.NullMarked;
