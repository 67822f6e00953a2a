/**
 * The hint's own story, end to end on real parts: gwaihir on a dynamic address, shadowfax with Postfix and the daemon, a
 * stranger, the next hop. Each class is one part of it; {@code DaemonProcess} is the daemon as an operator runs it.
 */
@NullMarked
package org.scpbeforerelay.story;

import org.jspecify.annotations.NullMarked;
