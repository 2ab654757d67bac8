"""The formulas of the network on their own (sizing.N1 to N10; N2 stands with Ceph's performance)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Parameter, Step
from catalog.engine.hardware import Media
from designer.engine.sizing import network, performance
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import choice, formula, number, refuse, whole


def _guest_traffic(vms: int, iops: Decimal, block_kib: Decimal) -> Answer:
    found = network.guest_storage_gbps(vms=vms, iops=iops, block_kib=block_kib)
    working = f"{vms} x {plain(iops)} x {plain(block_kib)} x 1024 x 8 / 10^9"
    return Answer(
        results={"gbps": found},
        units={"gbps": "Gb/s"},
        steps=(Step(label="Storage traffic", working=working, value=found, unit="Gb/s"),),
    )


def _drive_balance(
    drives: int, media: str, nic_gbps: Decimal, mb_per_second: Decimal | None = None
) -> Answer:
    each = performance.MB_PER_SECOND_PER_OSD[Media(media)] if mb_per_second is None else mb_per_second
    found = network.drive_to_nic_ratio(drives=drives, drive_mb_per_second=each, nic_gbps=nic_gbps)
    most = network.MOST_HDD_TO_NIC if Media(media) is Media.HDD else network.MOST_FLASH_TO_NIC
    working = f"{drives} x {plain(each)} x 8 / 1000 / {plain(nic_gbps)}"
    return Answer(
        results={"ratio": found, "is_balanced": found <= most},
        steps=(Step(label="Drives over network", working=working, value=found),),
        bound_by="network" if found > 1 else "drives",
    )


def _oversubscription(down_gbps: Decimal, up_gbps: Decimal) -> Answer:
    found = network.oversubscription(down_gbps=down_gbps, up_gbps=up_gbps)
    working = f"{plain(down_gbps)} / {plain(up_gbps)}"
    return Answer(results={"ratio": found}, steps=(Step(label="Ratio", working=working, value=found),))


def _mtu(global_physnet_mtu: Sequence[Decimal]) -> Answer:
    physical = [int(value) for value in global_physnet_mtu]
    return Answer(
        results={
            "geneve": tuple(network.guest_mtu(physical=mtu) for mtu in physical),
            "vxlan": tuple(
                network.guest_mtu(physical=mtu, header=network.VXLAN_HEADER_BYTES) for mtu in physical
            ),
        },
        units={"geneve": "bytes", "vxlan": "bytes"},
    )


def _prefix(hosts: int) -> Answer:
    found = network.subnet_prefix(hosts=hosts)
    working = f"32 - ceil(log2(2 x {hosts} + 5))"
    return Answer(results={"prefix": found}, steps=(Step(label="Prefix", working=working, value=found),))


def _spine_ports(leaves: int, uplinks_per_leaf: int, spines: int) -> Answer:
    if uplinks_per_leaf % spines:
        message = f"does not split evenly over {spines} spines"
        raise refuse("uplinks_per_leaf", uplinks_per_leaf, message, f"Use a multiple of {spines}.")
    found = network.spine_ports_needed(leaves=leaves, uplinks_per_leaf=uplinks_per_leaf, spines=spines)
    working = f"{leaves} x {uplinks_per_leaf} / {spines}"
    return Answer(
        results={"ports": found},
        units={"ports": "ports of a spine"},
        steps=(Step(label="Ports", working=working, value=found, unit="ports"),),
    )


def _oob_ports(servers: int, switches: int, pdus: int) -> Answer:
    found = network.oob_ports_needed(servers=servers, switches=switches, pdus=pdus)
    working = f"{servers} + {switches} + {pdus} + 1"
    return Answer(
        results={"ports": found},
        units={"ports": "ports"},
        steps=(Step(label="Ports", working=working, value=found, unit="ports"),),
    )


def _external(vms: int, routers: int, load_balancers: int, floating_ip_share: Decimal) -> Answer:
    found = network.external_addresses(
        vms=vms, routers=routers, load_balancers=load_balancers, floating_ip_share=floating_ip_share
    )
    prefix = network.prefix_for(found)
    working = f"ceil({vms} x {plain(floating_ip_share)}) + {routers} + {load_balancers} + 1 + 5"
    return Answer(
        results={"addresses": found, "prefix": prefix},
        units={"addresses": "addresses"},
        steps=(
            Step(label="Addresses", working=working, value=found),
            Step(label="Prefix", working=f"smallest subnet of {found} addresses", value=prefix),
        ),
    )


def _migration(ram_gib: Decimal, gbps: Decimal, resent_share: Decimal) -> Answer:
    found = network.migration_seconds(ram_gib=ram_gib, gbps=gbps, resent_share=resent_share)
    working = f"{plain(ram_gib)} x (1 + {plain(resent_share)}) x 8.59 / ({plain(gbps)} x 0.9)"
    return Answer(
        results={"seconds": found},
        units={"seconds": "s"},
        steps=(Step(label="Migration", working=working, value=found, unit="s"),),
    )


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.N1", "Storage traffic of a compute node's VMs", "VMs x iops x block x 8 / 10^9",
        (
            whole("vms", "VMs of the node", "VMs"), number("iops", "Of one VM", "IOPS", maximum=10**6),
            number("block_kib", "Block", "KiB", maximum=10**5, default=8),
        ),
        calculate=_guest_traffic, example={"vms": 58, "iops": 300, "block_kib": 8},
    ),
    formula(
        "sizing.N3", "Drives over network of a storage node", "D x w x 8 / NIC; above 4 (flash) or 1.5 (HDD) too much",
        (
            whole("drives", "Drives", symbol="D", maximum=200),
            choice("media", "Media", tuple(media.value for media in Media), default=Media.NVME.value),
            number("nic_gbps", "Network of the node", "Gb/s", minimum=Decimal("0.001"), maximum=10**4),
            number("mb_per_second", "Bandwidth of a drive, else by media", "MB/s", "w", maximum=10**6, is_required=False),
        ),
        calculate=_drive_balance, example={"drives": 12, "media": "nvme", "nic_gbps": 100},
    ),
    formula(
        "sizing.N4", "Oversubscription", "down / up",
        (number("down_gbps", "To the servers", "Gb/s"), number("up_gbps", "To the spines", "Gb/s", minimum=Decimal("0.001"))),
        calculate=_oversubscription, example={"down_gbps": 190, "up_gbps": 160},
    ),
    formula(
        "sizing.N5", "Ports of a spine", "leaves x uplinks / spines",
        (
            whole("leaves", "Leaf switches", maximum=10**4), whole("uplinks_per_leaf", "Uplinks of a leaf", maximum=64),
            whole("spines", "Spine switches", minimum=1, maximum=64, default=2),
        ),
        calculate=_spine_ports, example={"leaves": 12, "uplinks_per_leaf": 4, "spines": 2},
    ),
    formula(
        "sizing.N6", "Out-of-band ports of a rack", "servers + switches + PDUs + 1",
        (
            whole("servers", "Servers", maximum=1000), whole("switches", "Switches", maximum=1000),
            whole("pdus", "PDUs", maximum=100, default=2),
        ),
        calculate=_oob_ports, example={"servers": 6, "switches": 3},
    ),
    formula(
        "sizing.N7", "MTU that guests see", "physical - IP header - encapsulation",
        (
            Parameter(
                name="global_physnet_mtu", label="Physical MTU", unit="bytes", kind="integers", minimum=576, maximum=9216
            ),
        ),
        calculate=_mtu, example={"global_physnet_mtu": (1500, 9000)},
    ),
    formula(
        "sizing.N8", "Subnet of a network", "32 - ceil(log2(ceil(2 h) + 5))",
        (whole("hosts", "Addresses in use", symbol="h", maximum=10**6),),
        calculate=_prefix, example={"hosts": 16},
    ),
    formula(
        "sizing.N9", "External addresses", "ceil(VMs x f_fip) + routers + load balancers + 1 + 5",
        (
            whole("vms", "VMs", "VMs"), whole("routers", "Routers: one a project"), whole("load_balancers", "Load balancers"),
            number("floating_ip_share", "VMs with an address of their own", "share", "f_fip", maximum=1, default=network.FLOATING_IP_SHARE),
        ),
        calculate=_external, example={"vms": 500, "routers": 50, "load_balancers": 20},
    ),
    formula(
        "sizing.N10", "Time of a live migration", "GiB x (1 + d) x 8.59 / (Gb/s x 0.9)",
        (
            number("ram_gib", "RAM", "GiB", maximum=100_000),
            number("gbps", "Network", "Gb/s", minimum=Decimal("0.001"), maximum=10**4),
            number("resent_share", "Sent again: dirty pages", "share", "d", maximum=10, default=Decimal("0.3")),
        ),
        calculate=_migration, example={"ram_gib": 16, "gbps": 10},
    ),
)  # fmt: skip
