/** The daemon, started in-process. */
@NullMarked
package org.scpbeforerelay.daemon;

import org.jspecify.annotations.NullMarked;
