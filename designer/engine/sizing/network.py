"""The fabric: bandwidth, leaf and spine arithmetic, out-of-band ports, subnets, MTU, migration (sizing.N1 to N10)."""

from __future__ import annotations

import math
from decimal import Decimal

from catalog.engine.units import ceil

GOOD_OVERSUBSCRIPTION = Decimal("1.5")
"""Uplinks are added until a rack is at or below this. House value; the reference designs stay under it."""
GENEVE_OVN_HEADER_BYTES = 38
VXLAN_HEADER_BYTES = 30
IPV4_HEADER_BYTES = 20
FLOATING_IP_SHARE = Decimal("0.2")
"""VMs with an address of their own on the external network. House value (N9)."""
RESERVED_EXTERNAL_ADDRESSES = 5
"""Gateway, its VRRP pair, network and broadcast (N9)."""
MOST_FLASH_TO_NIC, MOST_HDD_TO_NIC = Decimal(4), Decimal("1.5")
"""Drives over network of a storage node, above which more drives bring little (N3)."""
GBIT_PER_GIB = Decimal("8.59")
LINE_SHARE = Decimal("0.9")


def oversubscription(*, down_gbps: Decimal, up_gbps: Decimal) -> Decimal:
    """Return what the servers of a rack could send over what its leaves can carry away (N4)."""
    if up_gbps <= 0:
        raise ValueError("the leaves have no uplinks")
    return down_gbps / up_gbps


def spine_ports_needed(*, leaves: int, uplinks_per_leaf: int, spines: int) -> int:
    """Return the ports that each spine gives to leaves (N5)."""
    return ceil(Decimal(leaves * uplinks_per_leaf) / spines) if spines else 0


def oob_ports_needed(*, servers: int, switches: int, pdus: int = 2) -> int:
    """Return the out-of-band ports of a rack: a BMC each, the switches, the PDUs, one uplink (N6)."""
    return servers + switches + pdus + 1


def guest_mtu(*, physical: int, header: int = GENEVE_OVN_HEADER_BYTES) -> int:
    """Return the MTU that guests see on an overlay over IPv4 (N7)."""
    return physical - IPV4_HEADER_BYTES - header


def subnet_prefix(*, hosts: int) -> int:
    """Return the IPv4 prefix length with room for twice the hosts and five reserved addresses (N8)."""
    return 32 - math.ceil(math.log2(ceil(Decimal(hosts * 2)) + 5))


def guest_storage_gbps(*, vms: int, iops: Decimal, block_kib: Decimal) -> Decimal:
    """Return the storage traffic of the VMs of one compute node, Gb/s (N1)."""
    return vms * iops * block_kib * 1024 * 8 / 10**9


def drive_to_nic_ratio(*, drives: int, drive_mb_per_second: Decimal, nic_gbps: Decimal) -> Decimal:
    """Return what the drives of a node could send over what its network ports carry (N3)."""
    return drives * drive_mb_per_second * 8 / 1000 / nic_gbps


def external_addresses(
    *,
    vms: int,
    routers: int,
    load_balancers: int,
    floating_ip_share: Decimal = FLOATING_IP_SHARE,
) -> int:
    """Return the external addresses of a cloud: floating IPs, routers, load balancers, one VIP, five reserved (N9)."""
    return ceil(vms * floating_ip_share) + routers + load_balancers + 1 + RESERVED_EXTERNAL_ADDRESSES


def prefix_for(addresses: int) -> int:
    """Return the IPv4 prefix length of the smallest subnet with `addresses` addresses, reserved ones counted (N9)."""
    return 32 - max(0, addresses - 1).bit_length()


def migration_seconds(*, ram_gib: Decimal, gbps: Decimal, resent_share: Decimal = Decimal("0.3")) -> Decimal:
    """Return how long a live migration copies memory, s: 8.59 Gb to a GiB, 90 % of the line, dirty pages again (N10)."""
    return ram_gib * (1 + resent_share) * GBIT_PER_GIB / (gbps * LINE_SHARE)
