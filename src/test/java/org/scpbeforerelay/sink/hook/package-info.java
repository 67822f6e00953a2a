/** Hooks under test: real programs, small shell scripts, that write down how they were run. */
@NullMarked
package org.scpbeforerelay.sink.hook;

import org.jspecify.annotations.NullMarked;
