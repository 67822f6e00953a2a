/** Tests of {@link org.scpbeforerelay.source.ssh}, against real OpenSSH clients where they are tagged {@code e2e}. */
@NullMarked
package org.scpbeforerelay.source.ssh;

import org.jspecify.annotations.NullMarked;
