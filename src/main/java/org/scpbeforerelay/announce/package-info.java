/**
 * Announcements and the rules by which they become leases, or are refused.
 *
 * <p>Pure: {@link org.scpbeforerelay.announce.AnnouncementRules} is a function of the announcement, the user's
 * {@link org.scpbeforerelay.announce.Allowance}, the book and the moment. Neighbours: {@code source.*} make announcements,
 * {@code registry} has them judged and records the verdict. Deliberately absent: how a key was checked (that is the source's
 * duty, before there is an announcement) and what a lease is good for ({@code relay}).
 */
@NullMarked
package org.scpbeforerelay.announce;

import org.jspecify.annotations.NullMarked;
