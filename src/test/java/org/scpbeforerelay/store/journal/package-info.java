/** The journal of quotas through restarts, reboots, cut-off and damaged files. */
@NullMarked
package org.scpbeforerelay.store.journal;

import org.jspecify.annotations.NullMarked;
