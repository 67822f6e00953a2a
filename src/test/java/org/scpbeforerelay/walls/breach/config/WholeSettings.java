package org.scpbeforerelay.walls.breach.config;

/** The settings of the house, for others to know. */
public record WholeSettings(String listen) {}
