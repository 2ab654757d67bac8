"""What a drawing is built from: every piece with its count, cables included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.hardware import NodeSpec, PartPrice, PduSpec, PriceRange, RackSpec, SwitchSpec
from designer.engine.topology import Link, Topology

COPPER_BY_GBPS: Mapping[int, str] = {
    1: "cat6a",
    10: "dac-10g",
    25: "dac-25g",
    100: "dac-100g",
    400: "dac-400g",
}
"""Within a rack: the copper cable of a speed, by part id."""
OPTICAL_BY_GBPS: Mapping[int, tuple[str, ...]] = {
    1: ("cat6a",),
    10: ("optic-10g-sr", "optic-10g-sr", "fibre-5m"),
    25: ("optic-25g-sr", "optic-25g-sr", "fibre-5m"),
    100: ("aoc-100g",),
}
"""Between racks: the parts of one link of a speed."""
UPLINK_PARTS = ("optic-100g-lr4", "fibre-5m")
"""Our end of a link to the customer's router; the other end is the router's."""


class PieceKind(StrEnum):
    NODE = "node"
    SWITCH = "switch"
    RACK = "rack"
    PDU = "pdu"
    PART = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """So many of one model."""

    id: str
    kind: PieceKind
    name: str
    make: str
    """Manufacturer and model; empty for cables and optics."""
    count: int
    price: PriceRange | None
    spec: NodeSpec | SwitchSpec | RackSpec | PduSpec | None = None
    is_existing: bool = False
    """The customer has them already: listed, and not bought."""

    @property
    def amount(self) -> Decimal | None:
        """Count times the typical price, in the currency of the price; None without one, and for what is not bought."""
        return None if self.price is None or self.is_existing else self.count * self.price.typical


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTotal:
    """The sum of the priced lines of a bill, with its range: every line at its low or its high price."""

    low: Decimal
    typical: Decimal
    high: Decimal
    currency: str


def bill_total(lines: Iterable[BillLine]) -> BillTotal:
    """Return the total of `lines`; those without a price, and what is there already, are left out.

    Raises:
        ValueError: the prices stand in several currencies.
    """
    priced = [(line.count, line.price) for line in lines if line.price is not None and not line.is_existing]
    currencies = {price.currency for _, price in priced} or {"USD"}
    if len(currencies) > 1:
        raise ValueError(f"prices in {', '.join(sorted(currencies))} cannot be added")
    return BillTotal(
        low=sum((count * price.low for count, price in priced), Decimal(0)),
        typical=sum((count * price.typical for count, price in priced), Decimal(0)),
        high=sum((count * price.high for count, price in priced), Decimal(0)),
        currency=currencies.pop(),
    )


def bill_of_materials(
    topology: Topology,
    specs: Mapping[str, NodeSpec | SwitchSpec | RackSpec | PduSpec],
    parts: Mapping[str, PartPrice],
) -> tuple[BillLine, ...]:
    """Return everything that `topology` is built from: nodes, switches, racks, PDUs, then cables and optics.

    Nodes that are there already have lines of their own.

    Raises:
        InvalidDocument: the drawing uses a model, or needs a cable, that the catalog does not have.
    """
    counts: dict[tuple[PieceKind, str, bool], int] = {}
    existing = {group.id for group in topology.node_groups if group.is_existing}
    for node in topology.nodes:
        key = PieceKind.NODE, node.spec, node.group in existing
        counts[key] = counts.get(key, 0) + 1
    for kind, models in (
        (PieceKind.SWITCH, (switch.spec for switch in topology.switches)),
        (PieceKind.RACK, (rack.spec for rack in topology.racks)),
        (PieceKind.PDU, (pdu.spec for pdu in topology.pdus)),
        (PieceKind.PART, _cables(topology)),
    ):
        for model in models:
            counts[kind, model, False] = counts.get((kind, model, False), 0) + 1
    problems: list[Problem] = []
    lines = []
    for (kind, model, is_existing), count in counts.items():
        found = parts.get(model) if kind is PieceKind.PART else specs.get(model)
        if found is None:
            problems.append(
                Problem(
                    "topology",
                    model,
                    "is not in the catalog",
                    "Add it to the catalog, or draw another model.",
                )
            )
            continue
        is_part = isinstance(found, PartPrice)
        lines.append(
            BillLine(
                id=f"{model}-existing" if is_existing else model,
                kind=kind,
                name=f"{found.name} (existing)" if is_existing else found.name,
                make="" if isinstance(found, PartPrice) else f"{found.manufacturer} {found.model}",
                count=count,
                price=found.price,
                spec=None if is_part else found,  # type: ignore[arg-type]  # a part is no spec
                is_existing=is_existing,
            )
        )
    if problems:
        raise InvalidDocument(problems)
    return tuple(lines)


def _cables(topology: Topology) -> Iterable[str]:
    rack_of = {node.id: node.rack for node in topology.nodes}
    rack_of |= {switch.id: switch.rack for switch in topology.switches}
    for link in topology.links:
        yield from _parts_of(link, rack_of)


def _parts_of(link: Link, rack_of: Mapping[str, str]) -> tuple[str, ...]:
    if link.a.element not in rack_of or link.b.element not in rack_of:
        return UPLINK_PARTS
    gbps = int(link.gbps)
    if rack_of[link.a.element] == rack_of[link.b.element]:
        return (COPPER_BY_GBPS.get(gbps, f"dac-{gbps}g"),)
    return OPTICAL_BY_GBPS.get(gbps, (f"aoc-{gbps}g",))
