/** Tests of the announcing agent: its parts, and the whole against our own daemon in a lab of real networks. */
@NullMarked
package org.scpbeforerelay.agent;

import org.jspecify.annotations.NullMarked;
