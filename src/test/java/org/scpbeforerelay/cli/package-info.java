/** The commands, tried as a person tries them. */
@NullMarked
package org.scpbeforerelay.cli;

import org.jspecify.annotations.NullMarked;
