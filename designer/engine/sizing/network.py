"""The fabric: leaf and spine arithmetic, out-of-band ports, subnets, MTU (sizing.N1 to N9)."""

from __future__ import annotations

import math
from decimal import Decimal

from catalog.engine.units import ceil

GOOD_OVERSUBSCRIPTION = Decimal("1.5")
"""Uplinks are added until a rack is at or below this. House value; the reference designs stay under it."""
GENEVE_OVN_HEADER_BYTES = 38
VXLAN_HEADER_BYTES = 30
IPV4_HEADER_BYTES = 20


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
