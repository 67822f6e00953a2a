/**
 * Asks a running smtpd what it does with a stranger: an SMTP conversation up to RCPT, from an address that no setting and no lease names.
 *
 * <p>Neighbours: {@code doctor} makes findings of the answers. Deliberately absent: DATA. Nothing is ever queued, and nobody is
 * written to.
 */
@NullMarked
package org.scpbeforerelay.doctor.probe;

import org.jspecify.annotations.NullMarked;
