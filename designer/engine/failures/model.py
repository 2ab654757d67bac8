"""What a failure simulation is asked and what it answers (failure_model.md, rules F1 to F14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from catalog.engine.documents import Bounds, Count, InvalidDocument, Name, Problem, Share, Slug
from designer.engine.topology import StoragePool

ENGINE_VERSION = "2026.11.2"
"""Raised whenever a result changes; stored with every ranking."""

Elements = Annotated[tuple[Slug, ...], Bounds(0, 20_000)]


class State(StrEnum):
    """How a service, a network or a plane is (F5)."""

    UP = "up"
    DEGRADED = "degraded"
    """Up, but something is gone: one more loss may break it."""
    DOWN = "down"

    @property
    def rank(self) -> int:
        """0 for up, 2 for down."""
        return ("up", "degraded", "down").index(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureSet:
    """What fails at the same moment, by the ids of the drawing."""

    devices: Elements = ()
    """Nodes, switches, external routers."""
    links: Elements = ()
    drives: Elements = ()
    """`sto01.osd-3`: the third OSD of a node, counted from 1."""
    racks: Elements = ()
    zones: Elements = ()
    pdus: Elements = ()
    feeds: Elements = ()
    """`feed-a`, `feed-b`: the feed of the whole site."""
    networks: Elements = ()
    """A VLAN that is gone on every switch."""
    services: Elements = ()
    """Every instance of a service."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Kind and id of everything that fails: `("device", "ctl01")`."""
        for name in KINDS:
            for key in getattr(self, f"{name}s"):
                yield name, key

    def named(self) -> tuple[str, ...]:
        """Everything that fails as `kind:id`, the form that addresses and forms use."""
        return tuple(f"{kind}:{key}" for kind, key in self)

    def __or__(self, other: FailureSet) -> FailureSet:
        """Both at once."""
        return FailureSet.of({*self.named(), *other.named()})

    @classmethod
    def of(cls, named: Iterable[str]) -> FailureSet:
        """Return the failure of elements given as `kind:id`, in any order.

        Raises:
            InvalidDocument: one has no kind, or a kind that cannot fail.
        """
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        problems = []
        for name in named:
            kind, _, key = name.partition(":")
            if kind in found and key:
                found[kind].add(key)
            else:
                remedy = f"Write kind:id with one of: {', '.join(KINDS)}."
                problems.append(Problem("failed", name, "names nothing that can fail", remedy))
        if problems:
            raise InvalidDocument(problems)
        return cls(**{f"{kind}s": tuple(sorted(keys)) for kind, keys in found.items()})


KINDS = ("device", "link", "drive", "rack", "zone", "pdu", "feed", "network", "service")
"""What can fail, as the part before the colon of `kind:id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What runs on the cloud when something fails, and the rules of the repair."""

    vms: Count
    vms_per_host: Mapping[str, int]
    """Node spec id -> VMs of the mix that a host carries (sizing.C5)."""
    largest_fits: Mapping[str, bool] = field(default_factory=dict)
    """Node spec id -> whether the largest VM of the mix fits on an empty host; missing: it does."""
    fill: Annotated[Decimal | None, Bounds(0, 1)] = None
    """Raw space used before the event; None: the fill limit of sizing.S3, the worst that is planned."""
    pools: tuple[StoragePool, ...] = ()
    """What to take when the drawing has no pools."""
    single_fed: tuple[Slug, ...] = ()
    """Devices with one power supply only, on the first PDU of their rack, beside those whose spec says so."""
    provider_only: bool = False
    """Guests use provider networks alone: a host needs no overlay (F6)."""
    manual_restart_minutes: Annotated[Decimal, Bounds(0, 1440, "minutes")] = Decimal(30)
    """Until somebody has decided to restart VMs elsewhere (F7)."""
    masakari_minutes: Annotated[Decimal, Bounds(0, 60, "minutes")] = Decimal(3)
    """The same decision taken by Masakari: 1 to 3 minutes (F7)."""
    boot_minutes: Annotated[Decimal, Bounds(0, 60, "minutes")] = Decimal(1)
    """House value: until a restarted VM serves again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadElement:
    """Something that is dead after the closure (F1)."""

    id: str
    kind: str
    because: str
    """The id of what took it down; its own for what was failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkState:
    """Who still reaches whom on one network (F2, F4)."""

    id: str
    name: str
    state: State
    hosts: int
    """Nodes that the design attaches."""
    reachable: int
    """Nodes in the part that carries on."""
    parts: int
    """Live nodes fall into so many parts that do not see each other."""
    cut_off: tuple[str, ...]
    """Live nodes outside the part that carries on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth:
    """Bandwidth of one bond, of one node with OSDs, or of the uplinks of one rack, Gb/s (F3)."""

    id: str
    kind: str
    """`bond`, `storage` or `uplinks`."""
    gbps_before: Decimal
    gbps_left: Decimal
    state: State
    """Degraded: below what validation asks for. Up: less than before, and enough."""
    oversubscription: Decimal | None = None
    """Of uplinks after the event (sizing.N4); None when none is left."""
    drives_over_network: Decimal | None = None
    """Of a node with OSDs: how much faster its drives are than its storage ports (sizing.N3)."""
    most: Decimal | None = None
    """The most of either that validation lets pass (V122, V117)."""
    below_minimum: tuple[str, ...] = ()
    """Networks that need more than this on a host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCeiling:
    """What clients may write to one pool at the most, Gb/s (sizing.N2)."""

    pool: str
    name: str
    gbps_before: Decimal
    gbps_left: Decimal
    bound_before: str
    bound_by: str
    """`drives`, `public network`, `cluster network` or `shared network`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RackPower:
    """A rack that lost one of its feeds: the other must carry all of it (sizing.R3)."""

    rack: str
    watts: Decimal
    """Full load of everything in the rack."""
    feed_watts: Decimal
    """What the feeds that are left may carry together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One service after the event (F5)."""

    id: str
    name: str
    layer: str
    state: State
    """With everything it depends on."""
    own_state: State
    """By its own rule alone."""
    alive: int
    members: int
    needed: int
    """Instances that its own rule asks for."""
    missing: tuple[str, ...]
    """Nodes whose instance is dead or cut off."""
    reasons: tuple[str, ...]
    """The chain of causes, its own first."""
    tolerance: int
    """Further instances that may be lost."""
    effect: str
    """What people notice, when it is down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneState:
    """One of the questions that a customer asks: does control, storage, north-south, the overlay work?"""

    id: str
    name: str
    state: State
    text: str
    is_weaker: bool = False
    """Something that it rests on is gone, whether or not one more loss breaks it."""
    next_failure: str = ""
    """What one more loss would break, where no service says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """One Ceph pool after the event (F8, F9, F11). Shares are shares of its placement groups."""

    id: str
    name: str
    kind: str
    size: int
    min_size: int
    failure_domain: str
    domains: int
    domains_touched: int
    worst_copies_left: int
    clean: Share
    degraded: Share
    inactive: Share
    """Fewer copies than min_size can be reached: I/O on them hangs."""
    lost: Share
    """No copy survives (replicated), or fewer than k shards (erasure-coded)."""
    state: State
    heals_itself: bool
    healing: str
    """Why it heals itself, or why not."""
    recovery_tb: Decimal
    recovery_hours: Decimal | None
    """From the event to full redundancy, the 10 minutes until OSDs are out included; None without a rebuild."""
    fill_before: Share
    fill_after: Decimal
    """Of the raw space that receives; above 0.90 backfill stops, above 0.95 writes stop."""

    @property
    def is_available(self) -> bool:
        return self.state is not State.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeState:
    """Hosts and VMs after the event (F6, F7). VMs are expected values: an even spread is not whole on each host."""

    hosts: int
    usable_hosts: int
    capacity: int
    """VMs that the usable hosts can carry."""
    vms: int
    stopped: Decimal
    """On dead hosts."""
    hung: Decimal
    """Running, but without their disks."""
    isolated: Decimal
    """Running, but without the overlay."""
    running: Decimal
    """Neither stopped nor hung."""
    cannot_restart: Decimal
    """Of those that must be started elsewhere: no room is left for them."""
    largest_fits: bool
    minutes_by_hand: Decimal
    minutes_with_masakari: Decimal

    @property
    def out_of_service(self) -> Decimal:
        """Stopped and hung."""
        return self.stopped + self.hung


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One entry of the timeline (F13)."""

    seconds: int
    what: str
    kind: str
    """`event`, `network`, `control`, `compute`, `storage`, `repair`."""


FORMULAS: Mapping[str, str] = {
    "pools.clean": "failure.F8",
    "pools.degraded": "failure.F8",
    "pools.inactive": "failure.F8",
    "pools.lost": "failure.F8",
    "pools.recovery_hours": "sizing.P3",
    "pools.fill_after": "sizing.S3",
    "bandwidth.oversubscription": "sizing.N4",
    "bandwidth.drives_over_network": "sizing.N3",
    "writes.gbps_left": "sizing.N2",
    "power.feed_watts": "sizing.R2",
    "compute.capacity": "sizing.C5",
}
"""The formula behind each number of a report, by part and field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReport:
    """Everything that section 6 of the model asks for."""

    engine_version: str
    failed: FailureSet
    sentence: str
    dead: tuple[DeadElement, ...]
    planes: tuple[PlaneState, ...]
    services: tuple[ServiceState, ...]
    networks: tuple[NetworkState, ...]
    bandwidth: tuple[Bandwidth, ...]
    writes: tuple[WriteCeiling, ...]
    """Pools whose ceiling of client writes the event changes."""
    power: tuple[RackPower, ...]
    unmanaged: tuple[str, ...]
    """Live devices whose BMC or management port nobody reaches."""
    pools: tuple[PoolState, ...]
    compute: ComputeState
    timeline: tuple[Moment, ...]
    next_failure: tuple[str, ...]
    """What one more failure would break."""
    notes: tuple[str, ...]
    formulas: Mapping[str, str] = field(default_factory=lambda: dict(FORMULAS))

    @property
    def is_outage(self) -> bool:
        """Whether a plane is down, or VMs are out of service."""
        return self.compute.out_of_service > 0 or any(plane.state is State.DOWN for plane in self.planes)

    def plane(self, key: str) -> PlaneState:
        """Return the plane `control`, `storage`, `north-south` or `overlay`."""
        return next(plane for plane in self.planes if plane.id == key)

    def service(self, key: str) -> ServiceState:
        return next(service for service in self.services if service.id == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One line of a ranking: what fails, and the worst of what follows."""

    failed: tuple[str, ...]
    """What fails at the same moment, as `kind:id`."""
    name: Name
    sentence: str
    like_it: tuple[str, ...]
    """Other single failures with the same effect, as `kind:id`."""
    control: State
    storage: State
    north_south: State
    vms_out: Decimal
    """Stopped or hung."""
    vms_isolated: Decimal
    cannot_restart: Decimal
    capacity: int
    inactive: Share
    """Worst share of inactive placement groups of a pool."""
    lost: Share
    services_down: tuple[str, ...]

    @property
    def is_outage(self) -> bool:
        """Whether the control plane, storage or the way out is down."""
        return State.DOWN in (self.control, self.storage, self.north_south)

    @property
    def order(self) -> tuple[Decimal | int | str, ...]:
        """Sort key, the worst first: data, VMs, what cannot be restarted, storage, control, north-south, the rest."""
        return (
            -self.lost,
            -self.vms_out,
            -self.cannot_restart,
            -self.storage.rank,
            -self.control.rank,
            -self.north_south.rank,
            -self.vms_isolated,
            -len(self.services_down),
            self.capacity,
            self.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSet:
    """A smallest set of elements whose loss brings a top event about."""

    event: str
    """`control`, `storage`, `north-south`."""
    elements: tuple[str, ...]
    """As `kind:id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPair:
    """What is left of the fabric when two switches fail at the same moment (F3)."""

    switches: tuple[str, str]
    rack: str
    """The rack whose leaves keep least bandwidth to the spines; empty where there are no spines."""
    gbps_left: Decimal
    """Its uplinks that are left, Gb/s."""
    oversubscribed_rack: str = ""
    oversubscription: Decimal | None = None
    """The worst of a rack that still has uplinks (sizing.N4)."""
    cut_off: int = 0
    """Nodes that are off a network, the out-of-band one aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """A device whose loss alone cuts live nodes off a network."""

    network: str
    device: str
    cut_off: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """How much of a year one top event is expected to take (section 5): hardware alone, by minimal cut sets."""

    event: str
    unavailability: Decimal
    minutes_per_year: Decimal
    percent: str
    """Never more than five nines: redundancy of networks was measured to help much less than arithmetic says."""
    worst: tuple[str, ...]
    """The cut set that contributes most, as `kind:id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAvailability:
    """The same by simulation: components fail and are repaired at random for many years."""

    event: str
    years: int
    seed: int
    outages: int
    """How many were seen; the estimate rests on them."""
    unavailability: Decimal
    minutes_per_year: Decimal
    minutes_low: Decimal
    """95 % interval by batch means; with no outage seen from 0 to the rule of three."""
    minutes_high: Decimal
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRate:
    """One input of the availability estimate."""

    component: str
    failures_per_year: Decimal
    repair_hours: Decimal
    mtbf_hours: Decimal
    grade: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Every single failure of a design by damage; cut sets and availability where pairs were asked for."""

    engine_version: str
    vms: int
    failures: int
    """How many single failures were tried."""
    damages: tuple[Damage, ...]
    single_points: tuple[CutSet, ...]
    """Cut sets of order 1."""
    isolations: tuple[Isolation, ...]
    """Devices that alone cut nodes off a network; the out-of-band network, single-homed by nature, left out."""
    cut_sets: tuple[CutSet, ...]
    """Minimal cut sets: order 1 of devices, racks, PDUs and feeds; order 2 of devices."""
    pairs: int
    """How many pairs were tried; 0: not asked for."""
    pair_damages: tuple[Damage, ...]
    """The worst pairs that do more than either of their elements alone brings about."""
    switch_pairs: tuple[SwitchPair, ...]
    """The pairs of switches that leave least of the fabric."""
    availability: tuple[Availability, ...]
    simulated: tuple[SimulatedAvailability, ...]
    """The same events by simulation: racks, PDUs and feeds together with devices, and any number at once."""
    rates: tuple[ComponentRate, ...]
    drive_failures_per_year: Decimal
    """OSD drives that are expected to fail: spares to plan."""
    vm_minutes_by_hand: Decimal
    """Of a year that one VM is expected to stand still for host failures, restarted by hand."""
    vm_minutes_with_masakari: Decimal
    vm_hours_by_hosts: Decimal
    """VM-hours of a year that all VMs are expected to lose by failing hosts."""
    vm_hours_by_racks: Decimal
    notes: tuple[str, ...]
