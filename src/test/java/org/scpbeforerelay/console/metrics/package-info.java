/** Tests of the text that monitoring systems read. */
@NullMarked
package org.scpbeforerelay.console.metrics;

import org.jspecify.annotations.NullMarked;
