/** The log's records, and the shared store by the contract of stores. The pool itself is simulated in {@code simulation}. */
@NullMarked
package org.scpbeforerelay.store.shared;

import org.jspecify.annotations.NullMarked;
