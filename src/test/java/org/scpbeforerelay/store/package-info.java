/** What every store must hold: {@link org.scpbeforerelay.store.LeaseStoreContract}, which each provider's test inherits. */
@NullMarked
package org.scpbeforerelay.store;

import org.jspecify.annotations.NullMarked;
