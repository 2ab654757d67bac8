"""Services after an event: their own rule over what is left, then what they depend on (F4, F5, F10, F12)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from catalog.engine.definitions import ServiceDefinition
from designer.engine.failures.graph import Dead, Plant, Reach
from designer.engine.failures.model import PlaneState, PoolState, ServiceState, State
from designer.engine.sizing.control_plane import quorum
from designer.engine.topology import NetworkPlane

MAJORITY, PER_HOST, REPLICATED = "majority", "per-host", "data-replicated"

CONTROL_CORE = (
    "mariadb",
    "rabbitmq",
    "haproxy",
    "keystone",
    "placement",
    "nova-api",
    "nova-conductor",
    "nova-scheduler",
    "neutron-server",
    "ovn-db",
)
"""Without one of these no VM can be created, changed or looked at: the control plane is down."""

NOT_NEEDED: Mapping[str, frozenset[NetworkPlane]] = {
    "haproxy": frozenset({NetworkPlane.PROVIDER}),
    "ovn-controller": frozenset({NetworkPlane.PROVIDER}),
    "ceph-rgw": frozenset({NetworkPlane.PROVIDER}),
}
"""Networks of a service that it can lose and still serve inside: the way out is a question of its own."""

SOFT = frozenset(
    {
        ("nova-api", "glance"),
        ("octavia", "glance"),
        ("ironic", "glance"),
        ("keystone", "memcached"),
        ("nova-api", "memcached"),
        ("neutron-server", "memcached"),
        ("cinder-api", "memcached"),
    }
)
"""Dependencies whose loss stops some calls, not the service: no image to boot from, a slower log-in."""


@dataclass(slots=True, kw_only=True)
class Event:
    """One failure on one plant: the closure, and who still reaches whom."""

    plant: Plant
    dead: Dead
    reaches: Mapping[str, Reach]
    down_networks: frozenset[str] = frozenset()
    _gone: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)

    def is_on(self, node: str, network: str) -> bool:
        """Whether a live node is in the part of `network` that carries on."""
        return node in self.reaches[network].hosts

    def gone_from(self, networks: Iterable[str]) -> frozenset[str]:
        """Nodes that are dead, or cut off from one of `networks` that they are attached to."""
        key = tuple(networks)
        if key not in self._gone:
            nodes = self.plant.nodes.keys()
            found = self.dead.devices.keys() & nodes
            for network in key:
                found |= self.reaches[network].cut_off & nodes
            self._gone[key] = frozenset(found)
        return self._gone[key]


def event(plant: Plant, dead: Dead) -> Event:
    """Return the event with the reach of every network."""
    reaches: dict[str, Reach] = {}
    for network in plant.ordered_networks:
        reaches[network] = plant.reach(network, dead, reaches)
    return Event(plant=plant, dead=dead, reaches=reaches)


@dataclass(slots=True)
class _Own:
    """A service by its own rule alone."""

    state: State
    alive: int
    members: int
    needed: int
    missing: frozenset[str]
    reason: str


class Services:
    """Evaluates the services of one event; each once, in the order of what they depend on."""

    def __init__(self, happened: Event, pools: tuple[PoolState, ...]) -> None:
        self.event = happened
        self.plant = happened.plant
        self.pools = pools
        self.own: dict[str, _Own] = {}
        self._full: dict[str, tuple[State, tuple[str, ...]]] = {}
        self._control: dict[str, State] = {}
        for key, members in self.plant.members.items():
            self.own[key] = self._by_own_rule(self.plant.service_catalog[key], members)

    def _by_own_rule(self, service: ServiceDefinition, members: frozenset[str]) -> _Own:
        unneeded = NOT_NEEDED.get(service.id, frozenset())
        networks = [
            n for n in service.networks if n in self.plant.plane_of and self.plant.plane_of[n] not in unneeded
        ]
        if service.id in self.event.dead.services:
            return _Own(State.DOWN, 0, len(members), 1, members, f"{service.name} failed on every node")
        gone = members & self.event.gone_from(networks)
        alive, total = len(members) - len(gone), len(members)
        needed = quorum(total) if service.quorum == MAJORITY else 1
        names = _listed(gone)
        if not gone:
            return _Own(State.UP, alive, total, needed, gone, "")
        if alive < needed:
            rule = f"{needed} make a majority" if service.quorum == MAJORITY else "none is left"
            return _Own(
                State.DOWN, alive, total, needed, gone, f"{alive} of {total} left, {rule}: lost {names}"
            )
        if service.quorum == PER_HOST or alive == needed:
            what = "those hosts only" if service.quorum == PER_HOST else "tolerates no further loss"
            return _Own(
                State.DEGRADED, alive, total, needed, gone, f"{alive} of {total} left, {what}: lost {names}"
            )
        return _Own(State.UP, alive, total, needed, gone, f"{alive} of {total} left: lost {names}")

    # F5: with dependencies --------------------------------------------------------------------------------
    def full(self, key: str) -> tuple[State, tuple[str, ...]]:
        """Return the state of a service with everything it depends on, and the chain of causes."""
        if key not in self._full:
            self._full[key] = (self.own[key].state, ())  # stops a circle of dependencies
            self._full[key] = self._with_dependencies(key)
        return self._full[key]

    def _with_dependencies(self, key: str) -> tuple[State, tuple[str, ...]]:
        own, service = self.own[key], self.plant.service_catalog[key]
        state = own.state
        reasons = [own.reason] if own.reason and state is not State.UP else []
        if key == "ceph-osd":
            state, reasons = self._osds(state, reasons)
        weaker: list[str] = []
        degraded: list[str] = []
        is_cut = False
        for other in service.depends_on:
            theirs = self.full(other)[0] if other in self.own else State.UP
            if theirs is State.UP:
                continue
            name = self.plant.service_catalog[other].name
            if theirs is State.DOWN and not self._is_soft(service, other):
                is_cut = True
            elif theirs is State.DOWN:
                weaker.append(f"runs on without {name}, which is down")
            else:
                degraded.append(name)
        if is_cut or state is State.DOWN:
            # What took it down is enough: what is only degraded beside that explains nothing.
            own_reasons = reasons if state is State.DOWN else []
            return State.DOWN, (*own_reasons, *self._chains(key))
        if degraded:
            weaker.append(f"needs {_listed(degraded)}: degraded")
        if weaker:
            state = max(state, State.DEGRADED, key=lambda s: s.rank)
        return state, (*reasons, *weaker)

    def _chains(self, key: str) -> tuple[str, ...]:
        """The ways from a service to what is down by itself, the shortest to each, in words."""
        names = {other: self.plant.service_catalog[other].name for other in self.own}
        found: dict[str, tuple[str, ...]] = {}
        seen = {key}
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(key, ())])
        while queue:
            at, path = queue.popleft()
            service = self.plant.service_catalog[at]
            for other in service.depends_on:
                if other not in self.own or other in seen or self._is_soft(service, other):
                    continue
                if self.full(other)[0] is not State.DOWN:
                    continue
                seen.add(other)
                if self.own[other].state is State.DOWN or other == "ceph-osd":
                    found[other] = (*path, other)
                else:
                    queue.append((other, (*path, other)))
        return tuple(
            f"needs {', which needs '.join(names[one] for one in path)}: down, {self.full(root)[1][0]}"
            if self.full(root)[1]
            else f"needs {names[root]}, which is down"
            for root, path in found.items()
        )

    def _is_soft(self, service: ServiceDefinition, other: str) -> bool:
        """Running VMs, flows and I/O do not need the control plane (F12)."""
        theirs = self.plant.service_catalog[other].layer
        return (service.id, other) in SOFT or (service.layer != "control" and theirs == "control")

    def _osds(self, state: State, reasons: list[str]) -> tuple[State, list[str]]:
        """ceph-osd is as its pools are (F9): instances do not count, copies do."""
        if not self.pools:
            return state, reasons
        worst = max((pool.state for pool in self.pools), key=lambda s: s.rank)
        if worst is State.DOWN:
            names = ", ".join(pool.name for pool in self.pools if pool.state is State.DOWN)
            return State.DOWN, [f"placement groups of {names} are inactive", *reasons]
        if worst is State.DEGRADED:
            return State.DEGRADED, ["placement groups lack copies", *reasons]
        return (State.DEGRADED if reasons else State.UP), reasons

    # The control plane without storage --------------------------------------------------------------------
    def without_storage(self, key: str) -> State:
        """Return the state of a service with what it depends on, storage set aside.

        The API answers without Ceph; what it then cannot do is images and volumes.
        """
        if key not in self._control:
            self._control[key] = self.own[key].state
            service, state = self.plant.service_catalog[key], self.own[key].state
            for other in service.depends_on:
                if other not in self.own or self.plant.service_catalog[other].layer == "storage":
                    continue
                theirs = self.without_storage(other)
                if theirs is State.DOWN and self._is_soft(service, other):
                    theirs = State.DEGRADED
                state = max(state, theirs, key=lambda s: s.rank)
            self._control[key] = state
        return self._control[key]

    def states(self) -> tuple[ServiceState, ...]:
        """Every service that the design runs, in the order of the catalog."""
        found = []
        for key, service in self.plant.service_catalog.items():
            own = self.own.get(key)
            if own is None:
                continue
            state, reasons = self.full(key)
            found.append(
                ServiceState(
                    id=key,
                    name=service.name,
                    layer=service.layer,
                    state=state,
                    own_state=state if key == "ceph-osd" else own.state,
                    alive=own.alive,
                    members=own.members,
                    needed=own.needed,
                    missing=tuple(sorted(own.missing)),
                    reasons=reasons,
                    tolerance=max(0, own.alive - own.needed),
                    effect=_effect(service, state),
                )
            )
        return tuple(found)

    def control(self) -> PlaneState:
        """Whether the cloud can be changed: the API and what it cannot do without."""
        core = {key: self.without_storage(key) for key in CONTROL_CORE if key in self.own}
        down = [key for key, state in core.items() if state is State.DOWN]
        name = "Control plane"
        if not core:
            return PlaneState(id="control", name=name, state=State.UP, text="No control services are drawn.")
        if down:
            causes = [key for key in down if self.own[key].state is State.DOWN] or down
            text = f"Down: {', '.join(causes)}. Running VMs, flows and I/O go on; nothing can be changed."
            return PlaneState(id="control", name=name, state=State.DOWN, text=text)
        limited = [
            key
            for key, own in self.own.items()
            if self.plant.service_catalog[key].layer == "control"
            and key not in core
            and self.without_storage(key) is State.DOWN
        ]
        storage = [
            key for key in ("glance", "cinder-volume") if key in self.own and self.full(key)[0] is State.DOWN
        ]
        said = []
        if storage:
            said.append("down for images and volumes")
        if limited:
            said.append(f"without {', '.join(limited)}")
        # Only instances count here: a service degraded by storage answers as before.
        weak = [
            key
            for key, state in core.items()
            if state is State.DEGRADED and self.own[key].state is State.DEGRADED
        ]
        if weak:
            said.append(f"tolerates no further loss: {', '.join(weak)}")
        if said:
            return PlaneState(id="control", name=name, state=State.DEGRADED, text=f"Up; {'; '.join(said)}.")
        return PlaneState(id="control", name=name, state=State.UP, text="Up.")

    def monitors(self) -> State:
        """The monitors of Ceph by their own rule; up where none are drawn (F10)."""
        return self.own["ceph-mon"].state if "ceph-mon" in self.own else State.UP

    def north_south(self) -> PlaneState:
        """Whether floating IPs and SNAT work: a live gateway that sees a router and, over the overlay, VMs (F12)."""
        plane = PlaneState(id="north-south", name="North-south", state=State.UP, text="Up.")
        own = self.own.get("ovn-gateway")
        planes = self.plant.network_by_plane
        provider, overlay = planes.get(NetworkPlane.PROVIDER), planes.get(NetworkPlane.TENANT)
        if own is None or provider is None:
            return replace(plane, text="No gateway is drawn.")
        reaches, dead = self.event.reaches, self.event.dead
        routers = frozenset(r.id for r in self.plant.topology.external_routers)
        gateways = self.plant.members["ovn-gateway"] - dead.devices.keys()
        if "ovn-gateway" in dead.services:
            gateways = frozenset()
        outside = _seeing(reaches[provider], gateways, routers)
        hosts = self.plant.compute_ids
        serving = _seeing(reaches[overlay], outside, hosts) if overlay else outside
        seen = {router for group in reaches[provider].groups if group & serving for router in group & routers}
        down = replace(plane, state=State.DOWN)
        stopped = "SNAT and centralised floating IPs stand still"
        if not gateways:
            return replace(down, text=f"Down: no gateway is left. {stopped}.")
        if not outside:
            return replace(down, text=f"Down: no gateway reaches an external router. {stopped}.")
        if not serving:
            return replace(down, text=f"Down: no gateway reaches VMs over the overlay. {stopped}.")
        said = []
        if lost := own.members - len(serving):
            said.append(f"Routers of lost gateways move in about 3 s: {len(serving)} of {own.members} serve.")
        if len(seen) < len(routers):
            said.append(f"{len(seen)} of {len(routers)} external routers reached.")
        is_last = len(seen) == 1 < len(routers)
        return replace(
            plane,
            state=State.DEGRADED if lost and len(serving) == 1 else State.UP,
            text=" ".join(("Up.", *said)),
            is_weaker=bool(said),
            next_failure="One more external router lost stops the way out." if is_last else "",
        )


def _seeing(reach: Reach, who: frozenset[str], whom: frozenset[str]) -> frozenset[str]:
    """Those of `who` that share a part of the network with one of `whom`; all of them where there is nobody to see."""
    if not whom:
        return who & frozenset().union(*reach.groups)
    return frozenset(
        one for group in reach.groups if len(group) > 1 and not group.isdisjoint(whom) for one in group & who
    )


def _effect(service: ServiceDefinition, state: State) -> str:
    if state is State.DOWN:
        return service.loss_of_all
    return service.loss_of_one if state is State.DEGRADED else ""


def _listed(nodes: Iterable[str], most: int = 8) -> str:
    names = sorted(nodes)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
