package org.scpbeforerelay.sink.hook;

import java.util.ArrayList;
import java.util.List;
import org.scpbeforerelay.registry.LeaseEvent;
import org.scpbeforerelay.registry.LeaseListener;

/** All hooks of a daemon. {@link #happened} never blocks. */
public final class Hooks implements LeaseListener, AutoCloseable {
    private volatile List<Hook> hooks = List.of();

    /** Tells these from now on. A hook that stays keeps what waits; one that goes may tell what waits for some seconds more. */
    public synchronized void adopt(List<HookSettings> settings) {
        List<Hook> former = new ArrayList<>(hooks);
        List<Hook> next = new ArrayList<>();
        for (HookSettings wanted : settings) {
            Hook kept = former.stream()
                    .filter(hook -> hook.settings().equals(wanted))
                    .findFirst()
                    .orElse(null);
            former.remove(kept);
            next.add(kept == null ? new Hook(wanted) : kept);
        }
        hooks = List.copyOf(next);
        former.forEach(Hook::close);
    }

    @Override
    public void happened(LeaseEvent event) {
        Change change = Change.of(event);
        if (change != null) {
            hooks.forEach(hook -> hook.tell(change));
        }
    }

    /** How each hook fares, in the order of the settings. */
    public List<HookHealth> health() {
        return hooks.stream().map(Hook::health).toList();
    }

    @Override
    public void close() {
        adopt(List.of());
    }
}
