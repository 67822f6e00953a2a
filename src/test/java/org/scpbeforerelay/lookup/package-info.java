/**
 * Tests of the lookup listener: over real sockets, against a real registry. Dialogues with mail servers are files in
 * {@code src/test/resources/dialogues}.
 */
@NullMarked
package org.scpbeforerelay.lookup;

import org.jspecify.annotations.NullMarked;
