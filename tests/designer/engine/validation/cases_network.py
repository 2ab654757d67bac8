"""Family E: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from catalog.engine.hardware import SwitchRole
from designer.engine.deployment import FabricMode
from tests.designer.engine.validation.build import (
    a_design,
    carrying,
    each,
    named,
    network,
    of,
    off_network,
    only_on,
    unplaced,
    without,
)

MID, LARGE, BARE, EDGE = a_design(), a_design("rd-large-2000"), a_design("rd-baremetal"), a_design("rd-edge")
GPU = a_design("rd-gpu-ai")


def fast_of(*nodes):
    return lambda link: link.a.element in nodes and link.a.port.startswith("fast-")


def only_leaf(suffix, *nodes):
    """Links without those of `nodes` to the other leaf of a pair."""
    return without(lambda link: fast_of(*nodes)(link) and not link.b.element.endswith(suffix))


def to_leaf(leaf, *nodes):
    """All fast links of `nodes` to one leaf, on ports of their own."""
    ports = iter(range(30, 49))
    return each(fast_of(*nodes), b=lambda link: replace(link.b, element=leaf, port=f"down-{next(ports)}"))


STORAGE_NODES = ("sto01", "sto02", "sto03")


def with_networks(picks, *networks):
    return each(picks, networks=lambda link: (*link.networks, *networks))


def is_uplink(link):
    return link.a.element.startswith("leaf") and link.b.element.startswith("spine")


def slow(gbps, *nodes):
    return each(fast_of(*nodes), gbps=Decimal(gbps))


def more_spine_ports(links):
    """Uplinks of leaves doubled until the spines cannot hold them, on ports of their own."""
    links = list(links)
    up = [link for link in links if is_uplink(link)]
    more = [
        replace(
            link,
            id=f"{link.id}-{n}",
            a=replace(link.a, port=f"up-{8 + n}"),
            b=replace(link.b, port=f"down-{n}{i}"),
        )
        for n in range(1, 6)
        for i, link in enumerate(up)
    ]
    return [*links, *more]


CASES = {
    "V110": (MID, [
        (a_design(networks=without(named("oob"))), "error"),
        (a_design(networks=without(named("tenant_overlay"))), "error"),
    ]),
    "V111": (MID, [
        (a_design(links=off_network("tenant_overlay", of("cmp04"))), "error"),
        (a_design(links=off_network("provider_external", of("ctl02"))), "error"),
        (a_design(links=without(named("sto02.bmc-1"))), "error"),
    ]),
    "V112": (BARE, [
        (a_design(networks=network(oob={"vlan": "20"})), "error"),
        (a_design(networks=network(oob={"vlan": "30"})), "warning"),
        (a_design(links=with_networks(named("cmp01.fast-1"), "oob")), "error"),
        (a_design(links=with_networks(named("sto01.fast-3"), "oob")), "warning"),
    ]),
    "V113": (MID, [
        (a_design(networks=network(management={"vlan": "20"})), "error"),
        (a_design(networks=network(management={"vlan": "150"})), "error"),
    ]),
    "V114": (EDGE, [
        (MID, "info"),
        (a_design(networks=network(storage_public={"vlan": "10"})), "warning"),
        (a_design(networks=network(storage_public={"vlan": ""})), "warning"),
    ]),
    "V115": (MID, [(a_design(links=slow(1, *STORAGE_NODES)), "error")]),
    "V116": (EDGE, [(a_design(links=slow(10, "sto01")), "warning")]),
    "V117": (MID, [
        (a_design(links=slow(5, "sto01")), "warning"),  # 120.8 Gb/s of drives over 20: 6.04 (N3)
        (a_design("rd-capacity-object", links=slow(1, "sto01")), "warning"),
    ]),
    "V118": (MID, [
        (a_design(links=only_leaf("a", "cmp02")), "warning"),
        (a_design(links=to_leaf("leaf-1a", *STORAGE_NODES)), "error"),
    ]),
    "V119": (MID, [(a_design(links=to_leaf("leaf-1a", "cmp01")), "warning")]),
    "V120": (MID, [(a_design(switches=without(named("leaf-2b"))), "warning")]),
    "V121": (MID, [
        (a_design(switches=without(named("spine-2")), links=without(of("spine-2"))), "warning"),
        (a_design(switches=without(lambda s: s.role is SwitchRole.SPINE), links=without(is_uplink)), "warning"),
        (a_design(links=without(lambda link: is_uplink(link) and link.a.element == "leaf-1a" and link.b.element == "spine-1")), "warning"),
    ]),
    "V122": (MID, [
        (a_design(links=each(is_uplink, gbps=Decimal(20))), "warning"),
        (a_design(links=each(is_uplink, gbps=Decimal(1))), "error"),
    ]),
    "V123": (MID, [(a_design(links=more_spine_ports), "warning")]),
    "V124": (MID, [
        (a_design(networks=network(tenant_overlay={"mtu": 1500})), "warning"),
        (a_design(networks=network(storage_public={"mtu": 1500})), "info"),
    ]),
    "V125": (a_design(networks=network(oob={"vlan": "10"})), [
        (a_design(networks=network(storage_public={"vlan": "10"})), "error"),
    ]),
    "V126": (MID, [
        (a_design(external_routers=without(named("ext-2")), links=without(of("ext-2"))), "warning"),
        (a_design(links=without(lambda link: carrying("provider_external")(link) and link.a.element == "spine-2")), "warning"),
    ]),
    "V127": (MID, [
        (a_design(nodes=unplaced("ovn-gateway")), "error"),
        (a_design(links=off_network("provider_external", of("ctl01"))), "error"),
        (a_design(nodes=only_on({"ctl01"}, "ovn-gateway")), "warning"),
        (a_design(nodes=each(lambda n: n.id.startswith("cmp"), services=lambda n: (*n.services, "ovn-gateway"))), "info"),
    ]),
    "V128": (a_design(links=off_network("provider_external", of("cmp05")), deployment={"has_distributed_floating_ips": False}), [
        (a_design(links=off_network("provider_external", of("cmp05"))), "error"),
    ]),
    "V129": (MID, [(a_design(workload={"public_ipv4_addresses": 300}), "warning")]),
    "V130": (MID, [(GPU, "info")]),
    "V131": (GPU, [(MID, "warning")]),
    "V132": (MID, [(a_design(networks=network(management={"vlan": ""})), "error")]),
    "V133": (a_design(deployment={"fabric": FabricMode.MLAG}), [(a_design(deployment={"fabric": FabricMode.PLAIN}), "warning")]),
    "V134": (a_design(deployment={"virtual_router_id": 51, "taken_virtual_router_ids": (52,)}), [
        (a_design(deployment={"virtual_router_id": 51, "taken_virtual_router_ids": (50, 51)}), "warning"),
    ]),
}  # fmt: skip
