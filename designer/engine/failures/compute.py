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
    hosts = plant.compute_hosts
    carried = {node.id: load.vms_per_host.get(node.spec, 0) for node in hosts}
    total = sum(carried.values())
    has_ceph = bool(plant.osd_hosts)
    planes = plant.network_by_plane
    management = planes.get(NetworkPlane.MANAGEMENT)
    storage = planes.get(NetworkPlane.STORAGE_PUBLIC) if has_ceph else None
    overlay = None if load.provider_only else planes.get(NetworkPlane.TENANT)
    lost = _suspects(event, tuple(n for n in (management, storage, overlay) if n))
    stopped = hung = alone = isolated = 0
    usable = capacity = 0
    largest = False
    for node in hosts:
        vms = carried[node.id]
        is_suspect = node.id in lost
        if is_suspect and node.id in event.dead.devices:
            stopped += vms
            continue
        if storage and is_suspect and not event.is_on(node.id, storage):
            hung += vms
            alone += vms
            continue
        on_overlay = not (overlay and is_suspect) or event.is_on(node.id, overlay)
        if not on_overlay:
            isolated += vms
        if not storage_serves:
            hung += vms
            continue
        if on_overlay and (not (management and is_suspect) or event.is_on(node.id, management)):
            usable += 1
            capacity += vms
            largest |= vms > 0 and load.largest_fits.get(node.spec, True)
    if not control_serves:
        capacity = 0
    if not storage_serves or storage is None or not event.reaches[storage].hosts:
        alone = 0  # their disks are gone everywhere: starting them elsewhere does not help
    share = Decimal(load.vms) / total if total else Decimal(0)
    # Load is spread evenly: what the usable hosts run already is their share of it.
    room = max(Decimal(0), (1 - share) * capacity)
    restart = share * (stopped + alone)
    return ComputeState(
        hosts=len(hosts),
        usable_hosts=usable,
        capacity=capacity,
        vms=load.vms,
        stopped=_vms(share * stopped),
        hung=_vms(share * hung),
        isolated=_vms(share * isolated),
        running=_vms(load.vms - share * (stopped + hung)),
        cannot_restart=_vms(max(Decimal(0), restart - room)),
        largest_fits=largest or not hosts,
        minutes_by_hand=_minutes(load.manual_restart_minutes, load.boot_minutes),
        minutes_with_masakari=_minutes(load.masakari_minutes, load.boot_minutes),
    )


def _suspects(event: Event, networks: tuple[str, ...]) -> set[str]:
    """Nodes that may be unusable: dead, or cut off from one network. All others are as before."""
    found = set(event.dead.devices)
    for network in networks:
        found |= event.reaches[network].cut_off
    return found


def _minutes(decision: Decimal, boot: Decimal) -> Decimal:
    """Detection, decision, boot (F7)."""
    return Decimal(DETECTION_SECONDS) / 60 + decision + boot


def _vms(count: Decimal) -> Decimal:
    return count.quantize(Decimal("0.001"))
