@NullMarked
package org.scpbeforerelay.postfix;

import org.jspecify.annotations.NullMarked;
