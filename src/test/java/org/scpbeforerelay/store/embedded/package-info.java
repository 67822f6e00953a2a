/** The embedded store: the contract of all stores on a real file, and what may have happened to that file. */
@NullMarked
package org.scpbeforerelay.store.embedded;

import org.jspecify.annotations.NullMarked;
