/** Signs, on books made for the purpose. */
@NullMarked
package org.scpbeforerelay.sign;

import org.jspecify.annotations.NullMarked;
