"""Family A: a design that a rule is content with, and designs that it is not, by rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.designer.engine.validation.build import (
    a_design,
    each,
    named,
    network,
    of,
    unplaced,
    without,
)

MID = a_design()


def crowded(links):
    """All of the links, and 44 more from the first leaf of rack 1 to a node: none is left free."""
    bond = next(link for link in links if link.b.element == "leaf-1a")
    more = [
        replace(
            bond, id=f"more-{n}", a=replace(bond.a, port=f"fast-{n}"), b=replace(bond.b, port=f"down-{n}")
        )
        for n in range(8, 49)
    ]
    return [*links, *more]


CASES = {
    "V001": (MID, [
        (a_design(nodes=each(named("ctl01"), roles=())), "error"),
        (a_design(nodes=each(named("ctl01"), spec="gone")), "error"),
        (a_design(specs={"cmp_512": {"max_watts": Decimal(0)}}), "error"),
    ]),
    "V002": (MID, [
        (a_design(nodes=each(named("ctl01"), name="Control 1")), "error"),
        (a_design(nodes=each(named("ctl01"), name="ctl02")), "error"),
    ]),
    "V003": (MID, [
        (a_design(nodes=unplaced("placement")), "error"),
        (a_design(nodes=without(lambda node: node.id.startswith("cmp"))), "error"),
    ]),
    "V004": (MID, [(a_design(nodes=unplaced("octavia")), "warning")]),
    "V005": (MID, [(a_design(links=without(of("cmp03"))), "error")]),
    "V006": (MID, [
        (a_design(links=each(named("cmp01.fast-2"), a=lambda link: replace(link.a, port="fast-1"))), "error"),
        (a_design(links=each(named("ctl01.fast-1"), gbps=Decimal(25))), "error"),
        (a_design(links=each(named("cmp01.bmc-1"), b=lambda link: replace(link.b, port="up-4"))), "error"),
    ]),
    "V007": (MID, [
        (a_design(links=each(named("cmp01.fast-2"), a=lambda link: replace(link.a, port="fast-3"))), "error"),
    ]),
    "V008": (MID, [(a_design(links=crowded), "warning")]),
    "V009": (MID, [
        (a_design(networks=network(management={"vlan": "4095"})), "error"),
        (a_design(networks=network(management={"vlan": "150"})), "error"),
        (a_design(networks=network(management={"vlan": "ten"})), "error"),
    ]),
    "V010": (MID, [
        (a_design(networks=network(management={"cidr": "10.20.0.0/24"})), "error"),
        (a_design(networks=network(management={"cidr": "10.10.0.0/28"})), "error"),
    ]),
    "V011": (MID, [(a_design(networks=network(management={"cidr": "10.10.0.0/27"})), "warning")]),
    "V012": (MID, [
        (a_design(networks=network(management={"cidr": "172.17.4.0/22"})), "warning"),
        (a_design(networks=network(tenant_overlay={"cidr": "10.1.0.0/16"})), "warning"),
    ]),
}  # fmt: skip
