/**
 * Which known word a mistyped one was probably meant to be; for error messages. Pure, knows nothing of the program. Neighbours: settings
 * and keys ask it. Deliberately absent: languages, dictionaries.
 */
@NullMarked
package org.scpbeforerelay.spelling;

import org.jspecify.annotations.NullMarked;
