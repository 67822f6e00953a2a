/**
 * What the operator wrote: the settings file, the files of the users, and where all files are.
 *
 * <p>A file is taken whole or not at all: whoever reads one gets either everything or a
 * {@link org.scpbeforerelay.config.SettingsException} that lists every problem with file, line and column and names the
 * nearest right thing. Neighbours: {@code daemon} and {@code cli} read; {@code key} knows the lines of authorized keys; the
 * words of the core ({@code announce.Roster}) are what users become. Deliberately absent: what to do about a bad file (the
 * daemon keeps the old settings at a reload), any edge's own settings record (the daemon makes them), watching files.
 */
@NullMarked
package org.scpbeforerelay.config;

import org.jspecify.annotations.NullMarked;
