/**
 * The host's side of {@code postfix}: runs {@code postconf}, reads main.cf and master.cf, writes them with a copy of what they were,
 * and gives that back.
 *
 * <p>Deliberately absent: any knowledge of restrictions, and a reload of Postfix; that is the operator's word.
 */
@NullMarked
package org.scpbeforerelay.postfix.host;

import org.jspecify.annotations.NullMarked;
