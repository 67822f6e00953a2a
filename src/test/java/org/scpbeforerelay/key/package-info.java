/** Tests of {@link org.scpbeforerelay.key}. */
@NullMarked
package org.scpbeforerelay.key;

import org.jspecify.annotations.NullMarked;
