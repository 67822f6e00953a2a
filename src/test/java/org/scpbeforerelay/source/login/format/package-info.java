/** What log lines mean: the samples of every format, fronts and times, hostile lines. */
@NullMarked
package org.scpbeforerelay.source.login.format;

import org.jspecify.annotations.NullMarked;
