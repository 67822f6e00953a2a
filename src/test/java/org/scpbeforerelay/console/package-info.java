/** Tests of the console over real HTTP, on a whole daemon in this process; with a real browser where it is the page that counts. */
@NullMarked
package org.scpbeforerelay.console;

import org.jspecify.annotations.NullMarked;
