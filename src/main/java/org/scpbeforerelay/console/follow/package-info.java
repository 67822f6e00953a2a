/**
 * What has happened lately, in memory and bounded: events for those who listen live, the past of a week for timelines, counts
 * by minute for plots. Deliberately absent: the record itself, which is on disk.
 */
@NullMarked
package org.scpbeforerelay.console.follow;

import org.jspecify.annotations.NullMarked;
