/**
 * What a host's Postfix is told in main.cf and master.cf: a model of it, what is to be said of it, and the plan of edits that makes
 * it ask this program.
 *
 * <p>Pure: texts and the words of {@code postconf} come in, remarks and new texts go out. The part that runs {@code postconf} and
 * writes files is {@code postfix.host}. Neighbours: {@code doctor} turns remarks into findings, {@code cli} shows plans. Deliberately
 * absent: a parser of {@code $name}. {@code postconf -x} expands, so that Postfix itself says what it would do.
 */
@NullMarked
package org.scpbeforerelay.postfix;

import org.jspecify.annotations.NullMarked;
