/**
 * The doctor: what is wrong with this host's setup, why it matters, and the command that mends it.
 *
 * <p>One class for each part of the setup; each gives {@link org.scpbeforerelay.doctor.Finding}s. Neighbours: {@code config}
 * says what is set up, {@code cli} shows what is found. Deliberately absent: any change. The doctor looks.
 */
@NullMarked
package org.scpbeforerelay.doctor;

import org.jspecify.annotations.NullMarked;
