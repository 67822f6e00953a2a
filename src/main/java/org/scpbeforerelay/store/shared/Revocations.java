package org.scpbeforerelay.store.shared;

import java.util.List;
import org.scpbeforerelay.store.StoreException;

/** This host's own revocations, kept until they no longer matter: what was taken away stays so, also when the engine forgot it. */
public interface Revocations {
    /** What was recorded and still matters at this instant of the wall clock. */
    List<SharedRecord.Revoked> load(long wallMs) throws StoreException;

    /** Records revocations; they are on disk when this returns. */
    void add(List<SharedRecord.Revoked> revoked, long wallMs) throws StoreException;
}
