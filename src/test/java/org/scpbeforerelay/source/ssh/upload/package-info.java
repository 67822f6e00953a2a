/** Tests of {@link org.scpbeforerelay.source.ssh.upload}, byte by byte. */
@NullMarked
package org.scpbeforerelay.source.ssh.upload;

import org.jspecify.annotations.NullMarked;
