"""Hosts and VMs after an event: what is usable, what stopped, what hangs, what finds no room (F6, F7)."""

from __future__ import annotations

from decimal import Decimal

from designer.engine.failures.model import ComputeState
from designer.engine.failures.services import Event
from designer.engine.topology import NetworkPlane

DETECTION_SECONDS = 60
"""service_down_time of Nova: until then nobody knows that a host is gone (F7)."""


def compute_after(event: Event, *, storage_serves: bool, control_serves: bool) -> ComputeState:
    """Return what is left of compute.

    `storage_serves`: Ceph answers I/O; True where guests do not use it. `control_serves`: VMs can be started; the
    capacity is 0 while they cannot, whatever the hosts could carry (F12).
    """
    plant, load = event.plant, event.plant.load
    carried = plant.carried
    total = sum(carried.values())
    has_ceph = bool(plant.osd_hosts)
    planes = plant.network_by_plane
    management = planes.get(NetworkPlane.MANAGEMENT)
    storage = planes.get(NetworkPlane.STORAGE_PUBLIC) if has_ceph else None
    overlay = None if load.provider_only else planes.get(NetworkPlane.TENANT)
    # Only those that are dead or cut off from a network may be unusable: all others are as before.
    suspects = event.gone_from(tuple(n for n in (management, storage, overlay) if n)) & carried.keys()
    stopped = hung = alone = isolated = lost = 0
    for node in suspects:
        vms = carried[node]
        lost += vms
        if node in event.dead.devices:
            stopped += vms
        elif storage and not event.is_on(node, storage):
            hung += vms
            alone += vms
        else:
            on_overlay = not overlay or event.is_on(node, overlay)
            isolated += 0 if on_overlay else vms
            hung += 0 if storage_serves else vms
    usable, capacity = (len(carried) - len(suspects), total - lost) if storage_serves else (0, 0)
    hung += 0 if storage_serves else total - lost
    largest = any(
        vms > 0 and load.largest_fits.get(plant.nodes[node].spec, True)
        for node, vms in carried.items()
        if node not in suspects
    )
    if not control_serves:
        capacity = 0
    if not storage_serves or storage is None or not event.reaches[storage].hosts:
        alone = 0  # their disks are gone everywhere: starting them elsewhere does not help
    share = Decimal(load.vms) / total if total else Decimal(0)
    # Load is spread evenly: what the usable hosts run already is their share of it.
    room = max(Decimal(0), (1 - share) * capacity)
    restart = share * (stopped + alone)
    return ComputeState(
        hosts=len(carried),
        usable_hosts=usable,
        capacity=capacity,
        vms=load.vms,
        stopped=_vms(share * stopped),
        hung=_vms(share * hung),
        isolated=_vms(share * isolated),
        running=_vms(load.vms - share * (stopped + hung)),
        cannot_restart=_vms(max(Decimal(0), restart - room)),
        largest_fits=(largest and storage_serves) or not carried,
        minutes_by_hand=_minutes(load.manual_restart_minutes, load.boot_minutes),
        minutes_with_masakari=_minutes(load.masakari_minutes, load.boot_minutes),
    )


def _minutes(decision: Decimal, boot: Decimal) -> Decimal:
    """Detection, decision, boot (F7)."""
    return Decimal(DETECTION_SECONDS) / 60 + decision + boot


def _vms(count: Decimal) -> Decimal:
    return count.quantize(Decimal("0.001"))
