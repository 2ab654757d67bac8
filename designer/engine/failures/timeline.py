"""What happens when, after an event (F13, F14): the defaults of the services, all tunable in a real cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from designer.engine.failures.ceph import OUT_SECONDS
from designer.engine.failures.model import (
    ComputeState,
    FailureReport,
    Moment,
    PoolState,
    ServiceState,
    State,
)
from designer.engine.failures.services import Event
from designer.engine.topology import NetworkPlane

AFTER_REPAIR = {
    "mariadb": "A returned Galera node catches up by IST; after a long absence it copies the whole database (SST, some 100 MB/s).",
    "rabbitmq": "A returned RabbitMQ node joins again by itself.",
    "haproxy": "The virtual IP stays where it is when its node returns.",
    "ceph-osd": "Returned OSDs copy what changed in the meantime; replaced drives copy everything.",
}
"""What the repair brings, by service (F14)."""


SWITCH_SECONDS = {"ovn-gateway": 3, "haproxy": 3, "mariadb": 10, "rabbitmq": 10}
"""Until what is left of a service has taken over (F13)."""


def after_repair(services: tuple[ServiceState, ...]) -> tuple[str, ...]:
    """Return what happens when what failed comes back (F14)."""
    return tuple(AFTER_REPAIR[s.id] for s in services if s.id in AFTER_REPAIR and s.missing)


def timeline(
    event: Event, services: tuple[ServiceState, ...], pools: tuple[PoolState, ...], compute: ComputeState
) -> tuple[Moment, ...]:
    """Return the moments that this event has, in order of time."""
    return tuple(sorted(_moments(event, services, pools, compute), key=lambda moment: moment.seconds))


def _moments(
    event: Event, services: tuple[ServiceState, ...], pools: tuple[PoolState, ...], compute: ComputeState
) -> Iterator[Moment]:
    state = {service.id: service for service in services}
    lost = {key for key, service in state.items() if service.missing}
    dead = len(event.dead.devices)
    yield Moment(
        seconds=0, kind="event", what="The failure" + (f": {dead} devices are dead" if dead > 1 else "")
    )
    if event.dead.links or any(d in event.plant.switches for d in event.dead.devices):
        yield Moment(seconds=1, kind="network", what="Bonds and routes send over the links that are left")
    yield from _control(state, lost)
    yield from _compute(event, state, lost, compute)
    yield from _storage(event, state, pools)


def _control(state: dict[str, ServiceState], lost: set[str]) -> Iterator[Moment]:
    if "ovn-gateway" in lost and state["ovn-gateway"].alive:
        yield Moment(
            seconds=3, kind="network", what="Routers of the lost gateway move to the next one (BFD, 3 x 1 s)"
        )
    if "haproxy" in lost and state["haproxy"].alive:
        yield Moment(
            seconds=3, kind="control", what="The virtual IP moves to another node (VRRP), connections reopen"
        )
    if "mariadb" in lost:
        if state["mariadb"].alive >= state["mariadb"].needed:
            yield Moment(seconds=5, kind="control", what="Galera drops the lost member")
            yield Moment(
                seconds=10, kind="control", what="The proxy sends all queries to the members that are left"
            )
        else:
            yield Moment(
                seconds=5,
                kind="control",
                what="Galera has no majority: it refuses queries, every API call fails",
            )
    if "rabbitmq" in lost:
        has_majority = state["rabbitmq"].alive >= state["rabbitmq"].needed
        what = (
            "Quorum queues elect new leaders, clients reconnect"
            if has_majority
            else "RabbitMQ pauses: no majority"
        )
        yield Moment(seconds=10, kind="control", what=what)


def _compute(
    event: Event, state: dict[str, ServiceState], lost: set[str], compute: ComputeState
) -> Iterator[Moment]:
    if compute.stopped:
        yield Moment(seconds=0, kind="compute", what=f"{compute.stopped:,.0f} VMs stop")
    if compute.hung:
        yield Moment(
            seconds=0, kind="compute", what=f"{compute.hung:,.0f} VMs hang: their disks do not answer"
        )
    if compute.isolated:
        yield Moment(
            seconds=0, kind="compute", what=f"{compute.isolated:,.0f} VMs no longer reach VMs on other hosts"
        )
    if "nova-compute" in lost:
        yield Moment(seconds=60, kind="compute", what="Nova sees the compute service down")
    if "ovn-controller" in lost:
        yield Moment(seconds=75, kind="network", what="Neutron sees the agent down")
    octavia = state.get("octavia")
    if compute.stopped and octavia is not None:
        if octavia.state is not State.DOWN:
            what = "Octavia misses heartbeats of amphorae on dead hosts and builds them anew"
        else:
            what = "No fail-over of amphorae: Octavia is down"
        yield Moment(seconds=60, kind="network", what=what)
    if compute.stopped:
        fit = compute.stopped - min(compute.stopped, compute.cannot_restart)
        if fit:
            yield Moment(
                seconds=int(compute.minutes_with_masakari * 60),
                kind="compute",
                what=f"{fit:,.0f} VMs serve again, if Masakari decides",
            )
            yield Moment(
                seconds=int(compute.minutes_by_hand * 60),
                kind="compute",
                what=f"{fit:,.0f} VMs serve again, if a person decides",
            )


def _storage(event: Event, state: dict[str, ServiceState], pools: tuple[PoolState, ...]) -> Iterator[Moment]:
    monitors = state.get("ceph-mon")
    if monitors is not None and monitors.alive < monitors.needed:
        yield Moment(seconds=20, kind="storage", what="No majority of monitors: storage stands still")
        return
    if monitors is not None and monitors.missing:
        yield Moment(seconds=5, kind="storage", what="The monitors elect a leader among those that are left")
    touched = [pool for pool in pools if pool.domains_touched]
    if not touched:
        return
    yield Moment(
        seconds=25, kind="storage", what="OSDs are marked down (20 s grace), their placement groups re-peer"
    )
    rebuilt = [pool for pool in touched if pool.heals_itself and pool.recovery_hours]
    if rebuilt:
        yield Moment(seconds=OUT_SECONDS, kind="storage", what="OSDs are marked out, the rebuild starts")
        hours = max(pool.recovery_hours or Decimal(0) for pool in rebuilt)
        yield Moment(seconds=int(hours * 3600), kind="repair", what="Full redundancy again")
    else:
        yield Moment(seconds=OUT_SECONDS, kind="storage", what=f"No rebuild: {touched[0].healing}")
    network = event.plant.network_by_plane.get(NetworkPlane.STORAGE_CLUSTER)
    if network in event.dead.networks:
        yield Moment(seconds=20, kind="storage", what="OSDs report each other down over the cluster network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand at one moment after an event."""

    seconds: int
    vms_out: Decimal
    """Stopped or hung; restarts by hand."""
    gateways: str
    database: str
    redundancy: str


def switching_over(report: FailureReport, seconds: int) -> frozenset[str]:
    """Return the services whose members that are left have not taken over yet, `seconds` after the event."""
    return frozenset(
        service.id
        for service in report.services
        if service.missing and service.alive >= service.needed and seconds < SWITCH_SECONDS.get(service.id, 0)
    )


def standing(report: FailureReport, seconds: int) -> Standing:
    """Return how things stand `seconds` after the event, when nothing is repaired and VMs are restarted by hand."""
    compute = report.compute
    out = compute.stopped + compute.hung
    if seconds >= compute.minutes_by_hand * 60:
        out -= max(Decimal(0), compute.stopped - compute.cannot_restart)
    states = {service.id: service for service in report.services}

    switching = switching_over(report, seconds)

    def doing(key: str) -> str:
        """In words: what one service does at this moment."""
        service = states.get(key)
        if service is None or not service.missing:
            return "as before"
        if service.alive < service.needed:
            return "down"
        return "switching over" if key in switching else "on what is left"

    # As the timeline has it, so that its last step finds everything rebuilt.
    rebuilt = int(3600 * max((p.recovery_hours or Decimal(0) for p in report.pools), default=Decimal(0)))
    touched = [pool for pool in report.pools if pool.domains_touched]
    if not touched:
        redundancy = "full"
    elif any(pool.state is State.DOWN for pool in touched):
        redundancy = "no I/O"
    elif all(pool.heals_itself for pool in touched):
        redundancy = "rebuilding" if OUT_SECONDS <= seconds < rebuilt else "reduced"
        if seconds >= rebuilt:
            redundancy = "full"
    else:
        redundancy = "reduced until the repair"
    return Standing(
        seconds=seconds,
        vms_out=out,
        gateways=doing("ovn-gateway"),
        database=doing("mariadb"),
        redundancy=redundancy,
    )
