/**
 * Access tables under test: {@link org.scpbeforerelay.sink.table.AwayTableContract} is what every type has to hold, with the real programs of
 * the mail servers; time is settable and rounds are run by hand.
 */
@NullMarked
package org.scpbeforerelay.sink.table;

import org.jspecify.annotations.NullMarked;
