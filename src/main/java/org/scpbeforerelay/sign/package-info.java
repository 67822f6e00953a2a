/**
 * Signs: what is odd about a lease's address. Several users have leases on it, it was another's a moment ago, a NAT lies before it, its
 * user is at many places at once or at ever others.
 *
 * <p>Pure. A sign is shown, and by itself refuses nothing; {@code announce} refuses by {@link
 * org.scpbeforerelay.sign.SharedTerms} what is found here by the same functions. What the book cannot tell, because it is over, is in
 * {@link org.scpbeforerelay.sign.Trails}, which the writer of the book keeps. Neighbours: {@code lease} below, {@code announce} above.
 * Deliberately absent: any part in the answers to mail servers, whose speed does not depend on signs.
 */
@NullMarked
package org.scpbeforerelay.sign;

import org.jspecify.annotations.NullMarked;
