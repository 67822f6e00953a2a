/** Following logs: every kind of rotation on real files, the journal by its own program. */
@NullMarked
package org.scpbeforerelay.source.login.follow;

import org.jspecify.annotations.NullMarked;
