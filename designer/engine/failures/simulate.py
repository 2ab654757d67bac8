"""One event on one design: everything that section 6 of the failure model asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from catalog.engine.definitions import NetworkDefinition, ServiceDefinition
from catalog.engine.hardware import Media, NodeSpec
from designer.engine.failures import ceph
from designer.engine.failures.compute import compute_after
from designer.engine.failures.graph import Dead, Plant
from designer.engine.failures.model import (
    ENGINE_VERSION,
    ComputeState,
    FailureReport,
    FailureSet,
    Load,
    NetworkState,
    PlaneState,
    PoolState,
    ServiceState,
    State,
    WriteCeiling,
)
from designer.engine.failures.services import Event, Services, event
from designer.engine.failures.timeline import after_repair, timeline
from designer.engine.sizing.control_plane import quorum
from designer.engine.sizing.storage import Layout, fill_limit
from designer.engine.topology import NetworkPlane, Spec, StoragePool, Topology

SHARE_DIGITS = Decimal("0.000001")
DEFAULT_POOL = StoragePool(id="volumes", name="volumes", share_of_raw=Decimal(1))
"""Taken where a drawing has OSDs and no pools: size 3, min_size 2, failure domain host (Ceph's defaults)."""


def plant_of(
    topology: Topology,
    hardware: Mapping[str, Spec],
    services: Mapping[str, ServiceDefinition],
    networks: Mapping[str, NetworkDefinition],
    load: Load,
) -> Plant:
    """Return `topology` made ready for any number of simulations."""
    if not topology.pools:
        topology = replace(topology, pools=load.pools or (DEFAULT_POOL,))
    return Plant(
        topology=topology, hardware=hardware, service_catalog=services, network_catalog=networks, load=load
    )


def simulate(plant: Plant, failed: FailureSet) -> FailureReport:
    """Return what is left when everything in `failed` fails at the same moment.

    Raises:
        InvalidDocument: `failed` names something that the drawing does not have.
    """
    plant.check(failed)
    outcome = Outcome(plant, failed)
    services = outcome.services.states()
    planes = (outcome.control, outcome.storage, outcome.north_south, outcome.overlay)
    happened = outcome.event
    return FailureReport(
        engine_version=ENGINE_VERSION,
        failed=failed,
        sentence=sentence(plant, failed, outcome),
        dead=happened.dead.elements,
        planes=planes,
        services=services,
        networks=tuple(_network(happened, network.id) for network in plant.topology.networks),
        bandwidth=tuple(plant.wiring.bandwidth(happened.dead)),
        writes=_writes(happened),
        power=tuple(plant.wiring.power(happened.dead)),
        unmanaged=_unmanaged(happened),
        pools=outcome.pools,
        compute=outcome.compute,
        timeline=timeline(happened, services, outcome.pools, outcome.compute),
        next_failure=_next_failure(outcome, services),
        notes=(*after_repair(services), *_notes(plant)),
    )


class Outcome:
    """What a ranking needs of an event; `simulate` adds the words."""

    def __init__(self, plant: Plant, failed: FailureSet) -> None:
        self.plant = plant
        dead = plant.close(failed)
        self.event = event(plant, dead)
        self.pools = _pools(self.event)
        self.services = Services(self.event, self.pools)
        self.control = self.services.control()
        self.storage = _storage(self.services, self.pools)
        self.north_south = self.services.north_south()
        serves = not plant.osd_hosts or self.storage.state is not State.DOWN
        self.compute = compute_after(
            self.event, storage_serves=serves, control_serves=self.control.state is not State.DOWN
        )
        self.overlay = _overlay(self.event, self.compute)


# Storage ------------------------------------------------------------------------------------------------------
def _pools(happened: Event) -> tuple[PoolState, ...]:
    plant = happened.plant
    if not plant.osd_hosts:
        return ()
    has_monitors = _has_monitors(happened)
    found: dict[tuple[object, ...], PoolState] = {}
    states = []
    for pool in plant.topology.pools:
        key = (pool.readable_from, pool.size, pool.min_size, pool.failure_domain, pool.media)
        if key not in found:
            found[key] = _pool(happened, pool, has_monitors)
        states.append(replace(found[key], id=pool.id, name=pool.name))
    return tuple(states)


def _writes(happened: Event) -> tuple[WriteCeiling, ...]:
    """What clients may write to each pool, where an event changes it (F3, sizing.N2)."""
    plant, found = happened.plant, []
    if not plant.osd_hosts:
        return ()
    unreachable = _unreachable(happened)
    for pool in plant.topology.pools:
        ceiling = plant.wiring.writes(pool, _rule(plant, pool).hosts, unreachable, happened.dead)
        if ceiling is not None and ceiling.gbps_left != ceiling.gbps_before:
            found.append(ceiling)
    return tuple(found)


def _unreachable(happened: Event) -> frozenset[str]:
    """Nodes that are dead, or cut off from a storage network that they are attached to."""
    planes = (NetworkPlane.STORAGE_PUBLIC, NetworkPlane.STORAGE_CLUSTER)
    by_plane = happened.plant.network_by_plane
    return happened.gone_from(tuple(n for plane in planes if (n := by_plane.get(plane))))


def _has_monitors(happened: Event) -> bool:
    members = happened.plant.members.get("ceph-mon", frozenset())
    if not members:
        return True
    network = happened.plant.network_by_plane.get(NetworkPlane.STORAGE_PUBLIC)
    gone = members & happened.gone_from((network,) if network else ())
    return "ceph-mon" not in happened.dead.services and len(members - gone) >= quorum(len(members))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What a CRUSH rule chooses from: the same for every event of a plant."""

    hosts: Mapping[str, NodeSpec]
    nodes: Mapping[str, tuple[str, ...]]
    """Failure domain -> nodes with OSDs in it."""
    domains: Mapping[str, ceph.Domain]
    domain_of: Mapping[str, str]
    fill: Decimal
    osds: int


def _rule(plant: Plant, pool: StoragePool) -> _Rule:
    key = (pool.size, pool.failure_domain, pool.media)
    found = plant.rules.get(key)
    if not isinstance(found, _Rule):
        hosts = {
            node: spec
            for node, spec in plant.osd_hosts.items()
            if not pool.media or spec.osd_media is None or spec.osd_media.value == pool.media
        } or dict(plant.osd_hosts)
        by_domain = _by_domain(plant, hosts, pool.failure_domain)
        found = plant.rules[key] = _Rule(
            hosts=hosts,
            nodes={name: tuple(nodes) for name, nodes in by_domain.items()},
            domains={
                name: ceph.Domain(
                    id=name,
                    osds=sum(hosts[node].osds for node in nodes),
                    tb=sum((hosts[n].osds * hosts[n].osd_tb for n in nodes), Decimal(0)),
                    hosts=len(nodes),
                    live_hosts=len(nodes),
                )
                for name, nodes in by_domain.items()
            },
            domain_of={node: name for name, nodes in by_domain.items() for node in nodes},
            fill=_fill(plant, hosts, by_domain, pool),
            osds=sum(spec.osds for spec in hosts.values()),
        )
    return found


def _pool(happened: Event, pool: StoragePool, has_monitors: bool) -> PoolState:
    plant, dead = happened.plant, happened.dead
    rule = _rule(plant, pool)
    hosts = rule.hosts
    unreachable = _unreachable(happened)
    everything = "ceph-osd" in dead.services
    suspects = hosts if everything else (unreachable | dead.drives.keys()) & hosts.keys()
    hit = sorted({rule.domain_of[node] for node in suspects})
    out_shares, dead_shares, domains = [], [], []
    for name in hit:
        domain = rule.domains[name]
        out = gone = live = 0
        for node in rule.nodes[name]:
            osds = hosts[node].osds
            drives = min(osds, dead.drives.get(node, 0))
            gone += osds if node in dead.devices else drives
            out += osds if everything or node in unreachable else drives
            live += node not in unreachable
        out_shares.append(Fraction(out, domain.osds))
        dead_shares.append(Fraction(gone, domain.osds))
        domains.append(replace(domain, dead_osds=out, live_hosts=live))
    count = len(rule.domains)
    placed = ceph.shares(
        size=pool.size,
        min_size=pool.min_size,
        readable_from=pool.readable_from,
        unreachable=out_shares,
        dead=dead_shares,
        others=count - len(hit),
    )
    touched = sum(1 for share in out_shares if share)
    racks = {plant.nodes[node].rack for node in suspects}
    healing = ceph.recovery(
        domains=domains,
        size=pool.size,
        fill=rule.fill,
        rule=pool.failure_domain,
        has_monitors=has_monitors,
        whole_rack=any(plant.osd_hosts_in[rack] <= unreachable for rack in racks if rack),
        mb_per_second=ceph.MB_PER_SECOND[_media(hosts)] if touched else Decimal(0),
        gbps_per_host=_gbps(happened, hosts, unreachable) if touched else Decimal(0),
        others=[rule.domains[name] for name in rule.domains if name not in hit] if touched else (),
        other_osds=plant.osds - rule.osds,
    )
    state = State.UP
    if placed.inactive or placed.lost or not has_monitors:
        state = State.DOWN
    elif touched or placed.degraded:
        state = State.DEGRADED
    if healing.fill_after > ceph.FULL and touched:
        state = State.DOWN if count - touched >= pool.size else state
    return PoolState(
        id=pool.id,
        name=pool.name,
        kind=pool.kind,
        size=pool.size,
        min_size=pool.min_size,
        failure_domain=pool.failure_domain,
        domains=count,
        domains_touched=touched,
        worst_copies_left=max(0, min(pool.size, count) - min(pool.size, touched)),
        clean=_share(placed.clean),
        degraded=_share(placed.degraded),
        inactive=_share(placed.inactive),
        lost=_share(placed.lost),
        state=state,
        heals_itself=healing.heals_itself,
        healing=healing.reason,
        recovery_tb=healing.tb,
        recovery_hours=healing.hours,
        fill_before=rule.fill,
        fill_after=healing.fill_after,
    )


def _by_domain(plant: Plant, hosts: Mapping[str, NodeSpec], rule: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in hosts:
        rack = plant.nodes[node].rack
        where = {"rack": rack, "zone": plant.zone_of.get(rack, "")}.get(rule, node) or node
        found.setdefault(where, []).append(node)
    return found


def _fill(
    plant: Plant, hosts: Mapping[str, NodeSpec], by_domain: Mapping[str, Sequence[str]], pool: StoragePool
) -> Decimal:
    if plant.load.fill is not None:
        return plant.load.fill
    spec = next(iter(hosts.values()))
    layout = Layout(
        hosts=len(hosts),
        drives_per_host=spec.osds,
        drive_tb=spec.osd_tb,
        domains=len(by_domain),
        size=pool.size,
    )
    return fill_limit(layout)[0]


def _media(hosts: Mapping[str, NodeSpec]) -> Media:
    """The slowest kind of drive decides how fast a rebuild is."""
    found = {spec.osd_media for spec in hosts.values() if spec.osd_media is not None}
    return min(found, key=lambda media: ceph.MB_PER_SECOND[media], default=Media.HDD)


def _gbps(happened: Event, hosts: Mapping[str, NodeSpec], unreachable: frozenset[str]) -> Decimal:
    found = [
        happened.plant.wiring.storage_gbps(node, happened.dead) for node in hosts if node not in unreachable
    ]
    return min(found, default=Decimal(0))


def _share(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(SHARE_DIGITS)
    # A share that is not nothing must not print as nothing, nor one that is not all as all (F9).
    if value > 0 and not rounded:
        return SHARE_DIGITS
    return 1 - SHARE_DIGITS if value < 1 and rounded == 1 else rounded


def _storage(services: Services, pools: tuple[PoolState, ...]) -> PlaneState:
    name = "Storage I/O"
    if not pools:
        return PlaneState(id="storage", name=name, state=State.UP, text="No Ceph is drawn.")
    if services.monitors() is State.DOWN:
        text = f"Down: no majority of monitors ({services.own['ceph-mon'].reason})."
        return PlaneState(id="storage", name=name, state=State.DOWN, text=text)
    down = [pool for pool in pools if pool.state is State.DOWN]
    if down:
        parts = [
            f"{pool.name}: {pool.inactive:.1%} of placement groups inactive"
            + (f", {pool.lost:.2%} lost" if pool.lost else "")
            for pool in down
        ]
        text = f"Down: {'; '.join(parts)}. Images lie on all groups, so all VMs on the pool hang sooner or later."
        return PlaneState(id="storage", name=name, state=State.DOWN, text=text)
    worst = [pool for pool in pools if pool.state is State.DEGRADED]
    said = []
    if worst:
        pool = max(worst, key=lambda p: (p.degraded, p.name))
        said.append(f"{pool.degraded:.1%} of placement groups lack copies, all active; {pool.healing}")
    if services.monitors() is State.DEGRADED:
        said.append(f"monitors: {services.own['ceph-mon'].reason}")
    if said:
        return PlaneState(id="storage", name=name, state=State.DEGRADED, text=f"Up; {'; '.join(said)}.")
    return PlaneState(id="storage", name=name, state=State.UP, text="Up, all placement groups clean.")


# Networks -----------------------------------------------------------------------------------------------------
def _overlay(happened: Event, compute: ComputeState) -> PlaneState:
    name, network = "Tenant overlay", happened.plant.network_by_plane.get(NetworkPlane.TENANT)
    if network is None:
        return PlaneState(id="overlay", name=name, state=State.UP, text="No overlay is drawn.")
    reach = happened.reaches[network]
    if not reach.hosts and reach.cut_off:
        text = "Down: VMs on different hosts do not reach each other."
        return PlaneState(id="overlay", name=name, state=State.DOWN, text=text)
    if compute.isolated or reach.cut_off:
        text = f"Up; cut off: {_listed(reach.cut_off)}."
        return PlaneState(id="overlay", name=name, state=State.DEGRADED, text=text)
    return PlaneState(id="overlay", name=name, state=State.UP, text="Up.")


def _network(happened: Event, network: str) -> NetworkState:
    plant, reach = happened.plant, happened.reaches[network]
    before = plant.reaches[network]
    nodes = plant.nodes
    is_oob = plant.plane_of[network] is NetworkPlane.OUT_OF_BAND

    def attached(ends: frozenset[str]) -> list[str]:
        """Nodes of a part; on the out-of-band network their BMCs."""
        if is_oob:
            return sorted(end.removesuffix("|bmc") for end in ends if end.endswith("|bmc"))
        return sorted(end for end in ends if end in nodes)

    hosts = len(attached(before.hosts | before.cut_off))
    reachable, cut_off = attached(reach.hosts), attached(reach.cut_off)
    state = State.UP
    if len(reachable) < hosts:
        state = State.DEGRADED if reachable else State.DOWN
    return NetworkState(
        id=network,
        name=next(n.name for n in plant.topology.networks if n.id == network),
        state=state,
        hosts=hosts,
        reachable=len(reachable),
        parts=reach.parts,
        cut_off=tuple(cut_off),
    )


def _unmanaged(happened: Event) -> tuple[str, ...]:
    plant = happened.plant
    network = plant.network_by_plane.get(NetworkPlane.OUT_OF_BAND)
    if network is None:
        return ()
    ends = happened.reaches[network].cut_off
    return tuple(sorted({end.removesuffix("|bmc") for end in ends if end.endswith("|bmc")}))


# Words --------------------------------------------------------------------------------------------------------
def sentence(plant: Plant, failed: FailureSet, outcome: Outcome) -> str:
    """Return the event in one sentence for the customer."""
    names = [name_of(plant, kind, key) for kind, key in failed]
    if not names:
        return "Nothing has failed: everything is up."
    who = _listed(names, most=4, is_sorted=True)
    if 1 < len(names) <= 4:
        who = f"{', '.join(names[:-1])} and {names[-1]}"
    compute = outcome.compute
    said = []
    if compute.out_of_service:
        stopped = f"{compute.stopped:,.0f} VMs stop" if compute.stopped else ""
        hung = f"{compute.hung:,.0f} VMs hang" if compute.hung else ""
        said.append(" and ".join(part for part in (stopped, hung) if part))
        if compute.cannot_restart:
            is_frozen = outcome.control.state is State.DOWN
            why = (
                "cannot be started while the control plane is down" if is_frozen else "find no room elsewhere"
            )
            said.append(f"{compute.cannot_restart:,.0f} of them {why}")
    if compute.isolated:
        said.append(f"{compute.isolated:,.0f} VMs are cut off from other hosts")
    for plane in (outcome.control, outcome.storage, outcome.north_south):
        if plane.state is State.DOWN:
            said.append(f"{plane.name[0].lower()}{plane.name[1:]} is down")
        elif plane.state is State.DEGRADED and plane.id == "control" and "images" in plane.text:
            said.append("images and volumes cannot be changed")
    if not said:
        planes = (outcome.control, outcome.storage, outcome.north_south)
        is_weaker = any(plane.is_weaker or plane.state is not State.UP for plane in planes)
        is_weaker |= any(plant.wiring.bandwidth(outcome.event.dead))
        said = ["everything goes on" + (", with less in reserve" if is_weaker else "")]
        if unmanaged := _unmanaged(outcome.event):
            said.append(f"{len(unmanaged)} devices cannot be managed out of band")
    return f"When {who} fail{'s' if len(names) == 1 else ''}, {', '.join(said)}."


def name_of(plant: Plant, kind: str, key: str) -> str:
    """Return what people call an element: "rack 1", "VLAN management"."""
    titles = {
        "link": "link {}", "drive": "drive {}", "zone": "zone {}", "pdu": "PDU {}", "feed": "site {}", "network": "VLAN {}",
    }  # fmt: skip
    if kind == "rack":
        return next((rack.name for rack in plant.topology.racks if rack.id == key), key).replace("-", " ")
    if kind == "service":
        return f"service {key}"
    if kind == "device":
        return plant.devices[key].name if key in plant.devices else key
    return titles[kind].format(key.replace("feed-", "feed ") if kind == "feed" else key)


def _next_failure(outcome: Outcome, services: tuple[ServiceState, ...]) -> tuple[str, ...]:
    found = [
        f"One more loss stops {service.name}: {service.alive} of {service.members} left, {service.needed} needed."
        for service in services
        if service.missing
        and service.alive == service.needed
        and service.id in outcome.plant.members
        and outcome.plant.service_catalog[service.id].quorum not in ("per-host", "data-replicated")
    ]
    found += [
        f"One more {pool.failure_domain} lost makes placement groups of {pool.name} inactive."
        for pool in outcome.pools
        if pool.state is State.DEGRADED and pool.worst_copies_left == pool.min_size
    ]
    found += [plane.next_failure for plane in (outcome.north_south,) if plane.next_failure]
    compute = outcome.compute
    if compute.stopped and not compute.cannot_restart and compute.usable_hosts:
        spare = compute.capacity - compute.vms
        per_host = Decimal(compute.capacity) / compute.usable_hosts
        if spare < per_host:
            found.append("One more compute node lost: its VMs find no room.")
    found += [
        f"The other feed carries all of {power.rack.replace('-', ' ')}: {power.watts / 1000:.1f} kW of "
        f"{power.feed_watts / 1000:.1f} kW; its loss takes the rack down."
        for power in outcome.plant.wiring.power(outcome.event.dead)
        if power.feed_watts
    ]
    return tuple(found)


def _notes(plant: Plant) -> tuple[str, ...]:
    found = []
    if plant.osd_hosts and plant.load.fill is None:
        found.append("Storage is taken as filled to the limit of sizing.S3, the worst that is planned.")
    if plant.topology.pools == (DEFAULT_POOL,) and plant.osd_hosts:
        found.append("The drawing has no pools: size 3, min_size 2, failure domain host are taken.")
    if plant.assumed_supplies:
        found.append(
            f"House value: {len(plant.assumed_supplies)} servers and switches, whose specs do not say how many power supplies "
            "they have, are taken with two, one on each PDU of their rack; out-of-band switches with one, on the first."
        )
    if any(reach.parts > 1 for reach in plant.reaches.values()):
        split = [n for n, reach in plant.reaches.items() if reach.parts > 1]
        found.append(f"Not connected before anything failed: {', '.join(split)}.")
    return tuple(found)


def _listed(names: Sequence[str] | frozenset[str], most: int = 8, *, is_sorted: bool = False) -> str:
    ordered = list(names) if is_sorted else sorted(names)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more


__all__ = ["Dead", "Outcome", "Plant", "name_of", "plant_of", "sentence", "simulate"]
