/** The one writer under test, on the real embedded store unless a test says otherwise. */
@NullMarked
package org.scpbeforerelay.registry;

import org.jspecify.annotations.NullMarked;
