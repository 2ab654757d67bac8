"""The mid-size reference design and the bad designs of table X3, drawn as the layout draws them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.library import load_library
from designer.engine.failures.model import FailureSet, Load
from designer.engine.failures.simulate import plant_of, simulate
from designer.engine.layout import topology_of_reference
from designer.engine.topology import StoragePool

LIBRARY = load_library()
LEAF, SPINE, OOB = "leaf-48x25-8x100", "spine-32x100", "oob-48x1"
NODES = {"control": "ctl-s", "compute": "cmp-512", "storage": "sto-nvme12"}
THREE = StoragePool(id="volumes", name="volumes", size=3, min_size=2)


def a_rack(control=1, compute=3, storage=1, leaves=2, spines=0, oob=1):
    counts = {
        "ctl-s": control,
        "cmp-512": compute,
        "sto-nvme12": storage,
        LEAF: leaves,
        SPINE: spines,
        OOB: oob,
    }
    return {key: count for key, count in counts.items() if count}


MID = (a_rack(compute=4, spines=1), a_rack(spines=1), a_rack())


def a_topology(racks=MID, pools=(THREE,)):
    """The reference design with other racks: spec id -> count for each."""
    start = LIBRARY.reference_designs["rd-mid"]
    content = tuple(
        replace(start.racks[0], name=f"rack-{n}", content=rack) for n, rack in enumerate(racks, start=1)
    )
    return replace(topology_of_reference(replace(start, racks=content), LIBRARY), pools=tuple(pools))


def a_load(vms=522, **fields):
    return Load(**{"vms": vms, "vms_per_host": {"cmp-512": 58}, **fields})


def a_plant(racks=MID, pools=(THREE,), load=None, topology=None):
    drawn = topology or a_topology(racks, pools)
    return plant_of(drawn, LIBRARY.hardware_by_id, LIBRARY.services, LIBRARY.networks, load or a_load())


def without_second_links(topology):
    """The same with one cable a bond: what single-homed servers are."""
    kept = tuple(link for link in topology.links if link.bond == "" or not link.a.port.endswith(("-2", "-4")))
    return replace(topology, links=kept)


def services_on(topology, service, nodes):
    """The same with `service` on `nodes` only."""
    moved = tuple(
        replace(
            node,
            services=tuple(s for s in node.services if s != service)
            + ((service,) if node.id in nodes else ()),
        )
        for node in topology.nodes
    )
    return replace(topology, nodes=moved)


def fail(plant, *named):
    return simulate(plant, FailureSet.of(named))


def rounded(count):
    return int(count.to_integral_value("ROUND_HALF_UP")) if isinstance(count, Decimal) else count
