/** Tests of reading the record, on real files. */
@NullMarked
package org.scpbeforerelay.history;

import org.jspecify.annotations.NullMarked;
