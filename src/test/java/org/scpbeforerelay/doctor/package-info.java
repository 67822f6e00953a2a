@NullMarked
package org.scpbeforerelay.doctor;

import org.jspecify.annotations.NullMarked;
