package org.scpbeforerelay.daemon;

/** Which version of the program this is. */
public final class Version {
    private Version() {}

    /** As the build wrote it into the jar; {@code development} when the classes do not come from a jar. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
