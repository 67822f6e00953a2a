/**
 * The page: HTML and SVG made on the server, whole without JavaScript. Neighbours: {@code console} routes to it, {@code follow}
 * knows the past. Deliberately absent: templates, and any text that is not escaped.
 */
@NullMarked
package org.scpbeforerelay.console.page;

import org.jspecify.annotations.NullMarked;
