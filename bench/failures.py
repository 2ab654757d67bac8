"""B7: what each single failure cuts off, pairs of switches, and Ceph after every host and rack, on leaf and spine.

Floors are compiled: a copy of the graph and its connected components for each device or pair. At 10,000 devices they are
measured on a part, evenly picked, and multiplied.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TypeVar

import rustworkx

from bench.benchmark import Benchmark
from bench.harness import Comparison, Result, Void, checksum, compare, sample
from catalog.engine.hardware import NodeRole, SwitchRole
from catalog.library import load_library
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import FailureSet, Load, SwitchPair
from designer.engine.failures.rank import rank
from designer.engine.failures.simulate import Outcome, plant_of
from designer.engine.failures.switch_pairs import pairs_of_switches
from designer.engine.topology import (
    End,
    Link,
    Network,
    NetworkPlane,
    Node,
    Pdu,
    Rack,
    StoragePool,
    Switch,
    Topology,
    canonical_json,
)

T = TypeVar("T")
SEED = 3
VERSION = 2
SIZES = {"s": 200, "m": 2_000, "l": 10_000}
SHAPES = {200: (16, 4, 180), 2_000: (80, 8, 1_912), 10_000: (200, 16, 9_784)}
"""Devices -> leaves, spines, servers."""
NETWORK = "storage_public"
SERVICES = {
    NodeRole.CONTROL: ("mariadb", "rabbitmq", "ovn-db", "haproxy", "keystone", "placement", "nova-api", "nova-conductor",
                       "nova-scheduler", "neutron-server", "ovn-gateway"),
    NodeRole.STORAGE: ("ceph-osd",),
    NodeRole.COMPUTE: ("nova-compute", "ovn-controller"),
}  # fmt: skip
SPECS = {NodeRole.CONTROL: "ctl-s", NodeRole.COMPUTE: "cmp-512", NodeRole.STORAGE: "sto-nvme12"}


@cache
def fixture(devices: int) -> Topology:
    """Return racks of two leaves with servers dual-homed, 5 % single-homed; every eighth server holds OSDs."""
    leaves, spines, servers = SHAPES[devices]
    chance = random.Random(SEED)  # noqa: S311 - a generator with a seed, not a secret
    racks = leaves // 2
    networks = tuple(
        Network(id=key, name=key, plane=plane)
        for key, plane in (
            ("management", NetworkPlane.MANAGEMENT), ("tenant_overlay", NetworkPlane.TENANT),
            (NETWORK, NetworkPlane.STORAGE_PUBLIC), ("storage_cluster", NetworkPlane.STORAGE_CLUSTER),
        )
    )  # fmt: skip
    carried = tuple(network.id for network in networks)
    switches = [
        Switch(id=f"leaf-{n}", name=f"leaf-{n}", spec="leaf-48x25-8x100", role=SwitchRole.LEAF, rack=f"rack-{n // 2}")
        for n in range(leaves)
    ]  # fmt: skip
    switches += [
        Switch(id=f"spine-{n}", name=f"spine-{n}", spec="spine-32x100", role=SwitchRole.SPINE, rack=f"rack-{n % racks}")
        for n in range(spines)
    ]  # fmt: skip
    links = [
        _link(f"leaf-{a}", f"up-{b + 1}", f"spine-{b}", f"down-{a + 1}", 100, ())
        for a in range(leaves)
        for b in range(spines)
    ]
    nodes = []
    for n in range(servers):
        role = NodeRole.CONTROL if n < 3 else NodeRole.STORAGE if n % 8 == 0 else NodeRole.COMPUTE
        monitor = ("ceph-mon",) if role is NodeRole.STORAGE and n <= 40 else ()
        name, rack = f"server-{n}", n % racks
        nodes.append(
            Node(id=name, name=name, spec=SPECS[role], roles=(role,), rack=f"rack-{rack}", services=(*SERVICES[role], *monitor))
        )  # fmt: skip
        homes = (0,) if chance.random() < 0.05 else (0, 1)
        links += [
            _link(name, f"fast-{h + 1}", f"leaf-{2 * rack + h}", f"down-{n + 1}", 25, carried) for h in homes
        ]
    return Topology(
        racks=tuple(Rack(id=f"rack-{n}", name=f"rack-{n}", spec="rack-42u") for n in range(racks)),
        nodes=tuple(nodes),
        switches=tuple(switches),
        pdus=tuple(
            Pdu(id=f"pdu-{n}{f[-1]}", name=f"pdu-{n}{f[-1]}", spec="pdu-400v-16a", rack=f"rack-{n}", feed=f)
            for n in range(racks)
            for f in ("feed-a", "feed-b")
        ),
        networks=networks,
        links=tuple(links),
        pools=(
            StoragePool(id="volumes", name="volumes"),
            StoragePool(id="archive", name="archive", failure_domain="rack"),
        ),
    )


def _link(a: str, a_port: str, b: str, b_port: str, gbps: int, networks: tuple[str, ...]) -> Link:
    ends = End(element=a, port=a_port), End(element=b, port=b_port)
    return Link(id=f"{a}.{a_port}", a=ends[0], b=ends[1], gbps=Decimal(gbps), networks=networks)


@cache
def plant(devices: int) -> Plant:
    """Return the fixture ready to fail, its graphs built."""
    library, topology = load_library(), fixture(devices)
    load = Load(vms=devices * 40, vms_per_host={"cmp-512": 58})
    made = plant_of(topology, library.hardware_by_id, library.services, library.networks, load)
    Outcome(made, FailureSet())
    return made


def recount(made: Plant, groups: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """The floor: copy, remove, count the compiled components that hold servers."""
    fabric = made.fabrics[NETWORK]
    found = {}
    for group in groups:
        graph = fabric.graph.copy()
        graph.remove_nodes_from([fabric.index[device] for device in group])
        found[group] = rustworkx.number_connected_components(graph)
    return found


def cut_off(made: Plant) -> dict[str, frozenset[str]]:
    """Ours, question A."""
    return made.cut_off_by_each(NETWORK)


def evenly(items: list[T], most: int) -> list[T]:
    """At most some `most` of `items`, evenly picked: the floor's times of all are the same."""
    return items[:: max(1, len(items) // most)]


def left_of(made: Plant, pair: tuple[str, str]) -> Decimal:
    """The reference for question B: least uplinks of a rack, summed link by link."""
    dead = made.close(FailureSet(devices=pair))
    return min(made.wiring.left(links, dead) for links in made.wiring.uplinks.values())


def ceph(made: Plant) -> list[Outcome]:
    """Ours, question C: every host with OSDs, and every rack."""
    failures = [FailureSet(devices=(node,)) for node in made.osd_hosts]
    failures += [FailureSet(racks=(rack.id,)) for rack in made.topology.racks]
    return [Outcome(made, failure) for failure in failures]


def check(made: Plant, singles: Sequence[tuple[str, ...]], pairs: list[SwitchPair]) -> None:
    """Hold answers against components counted anew and links summed one by one.

    Raises:
        Void: they differ.
    """
    ours = cut_off(made)
    for (device,), parts in recount(made, singles).items():
        if (parts > 1) != (device in ours):
            raise Void(f"B7: {device} leaves {parts} parts, ours cuts off {ours.get(device)}")
    counted = recount(made, [pair.switches for pair in pairs])
    for pair in pairs:
        if (counted[pair.switches] > 1) != (pair.cut_off > 0) or left_of(
            made, pair.switches
        ) != pair.gbps_left:
            raise Void(
                f"B7: {pair} leaves {counted[pair.switches]} parts, {left_of(made, pair.switches)} Gb/s"
            )


def of_all(comparison: Comparison, times: float) -> Comparison:
    """Return `comparison` with a floor that was measured on one of `times` items, as if on all."""
    if times == 1:
        return comparison
    note = f"floor measured on one of {times:.0f}, and multiplied"
    ratio = comparison.ratio / times
    at_most = float(comparison.goal.removeprefix("<= ")) if comparison.goal else None
    is_met = None if at_most is None or comparison.is_noisy else ratio <= at_most
    return replace(comparison, floor=comparison.floor * times, ratio=ratio, is_met=is_met, note=note)


def measure(size: str, rounds: int) -> Result:
    """Check a part of the answers against the floor, then time the three questions."""
    n = SIZES[size]
    made = plant(n)
    all_pairs = pairs_of_switches(made)
    singles = evenly([(device,) for device in made.devices], 2_000 if n <= 2_000 else 200)
    pairs = evenly(all_pairs, 4_000 if n <= 2_000 else 200)
    check(made, singles, evenly(pairs, 200))
    asked = [pair.switches for pair in pairs]
    every = [
        of_all(
            compare("A: whom each device cuts off", lambda: cut_off(made), lambda: recount(made, singles), rounds=rounds),
            len(made.devices) / len(singles),
        ),
        of_all(
            compare("B: every pair of switches", lambda: pairs_of_switches(made), lambda: recount(made, asked), rounds=rounds,
                    at_most=1.5 if size != "s" else None),
            len(all_pairs) / len(pairs),
        ),
    ]  # fmt: skip
    few = evenly(asked, 50)
    a, c, whole, outcome = (
        sample(action).cpu
        for action in (
            lambda: cut_off(made),
            lambda: ceph(made),
            lambda: rank(made),
            lambda: [Outcome(made, FailureSet(devices=pair)) for pair in few],
        )
    )
    return Result(
        benchmark="B7",
        version=VERSION,
        size=size,
        n=n,
        checksum=checksum(canonical_json(fixture(n)).encode()),
        correctness="whom devices and pairs of switches cut off, against components counted anew; uplinks left, link by link",
        comparisons=tuple(every),
        user_numbers={
            "A, ms": a * 1000,
            "B, pairs": len(all_pairs),
            "C, hosts and racks, s": c,
            "every single failure ranked, s": whole,
            "services, storage and VMs of a pair, ms": outcome * 1000 / len(few),
        },
        seconds={"A": every[0].ours, "B": every[1].ours, "C": c, "ranking": whole},
    )


B7 = Benchmark(
    name="B7", title="Failures of leaf and spine", sizes=SIZES, by_default=("s", "m"), measure=measure
)
