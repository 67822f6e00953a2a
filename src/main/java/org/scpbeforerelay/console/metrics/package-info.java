/**
 * Figures in OpenMetrics text. Neighbours: the daemon knows where each is counted and gives them at every scrape. Deliberately
 * absent: names of users and addresses, and any counting of its own.
 */
@NullMarked
package org.scpbeforerelay.console.metrics;

import org.jspecify.annotations.NullMarked;
