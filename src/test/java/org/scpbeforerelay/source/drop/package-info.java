/** Tests of the drop directories, on real files and the kernel's own inotify. */
@NullMarked
package org.scpbeforerelay.source.drop;

import org.jspecify.annotations.NullMarked;
