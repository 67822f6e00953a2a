/** Logins in logs: from the line to the lease, with real files, a real registry and a real Dovecot. */
@NullMarked
package org.scpbeforerelay.source.login;

import org.jspecify.annotations.NullMarked;
