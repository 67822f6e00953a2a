/** Tests of the record, on real files. */
@NullMarked
package org.scpbeforerelay.sink.history;

import org.jspecify.annotations.NullMarked;
