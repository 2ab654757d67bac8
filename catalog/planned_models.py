"""What designs are planned with, beside what the maker sells under that name: so that planning values can be checked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalog.models import CatalogEntry, HardwareModel

COMPARED_KINDS = ("node-spec", "switch", "pdu")
FORMER_NAMES = {"nvidia": ("mellanox",)}
"""Maker, in small letters -> names that it sold the same devices under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One fact on both sides; None: that side does not say."""

    fact: str
    planned: Any
    sold: Any

    @property
    def differs(self) -> bool:
        return self.planned is not None and self.sold is not None and self.planned != self.sold


def sold_as(user: User | AnonymousUser, entry: CatalogEntry) -> HardwareModel | None:
    """Return the hardware model in force of the make and model that `entry` names, or None."""
    if entry.kind not in COMPARED_KINDS or not entry.model:
        return None
    maker = entry.manufacturer.lower()
    names = (maker, *FORMER_NAMES.get(maker, ()))
    models = HardwareModel.objects.all().visible_to(user).in_force().filter(kind="device-type")
    wanted = _plain(entry.model)
    for name in names:
        for pk, *known in models.filter(manufacturer__iexact=name).values_list("pk", "model", "part_number"):
            if wanted in map(_plain, known):
                return models.select_related("source").get(pk=pk)
    return None


def compared(entry: CatalogEntry, model: HardwareModel) -> list[Compared]:
    """Return the facts that both sides could tell: height, weight, power, and ports where the device comes with them."""
    plan = entry.document
    rows = [
        Compared(fact="Height, U", planned=_number(plan.get("rack_units")), sold=model.u_height),
        Compared(fact="Weight, kg", planned=_number(plan.get("weight_kg")), sold=model.weight_kg),
        Compared(
            fact="Most power, W",
            planned=_number(plan.get("max_watts")),
            sold=None if model.port_watts is None else Decimal(model.port_watts),
        ),
    ]
    if entry.kind == "switch":
        planned = Counter[Decimal]()
        for group in plan["ports"]:
            planned[Decimal(str(group["gbps"]))] += group["count"]
        sold = Counter[Decimal]()
        for ports in model.ports:
            if ports.is_socket and ports.gbps is not None:
                sold[ports.gbps] += ports.count
        for gbps in sorted(planned, reverse=True):
            rows.append(
                Compared(
                    fact=f"Ports of {gbps.normalize():f} Gb/s",
                    planned=Decimal(planned[gbps]),
                    sold=Decimal(sold[gbps]),
                )
            )
    return [row for row in rows if row.planned is not None]


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _plain(name: str) -> str:
    """A name without what people write in many ways: `PowerEdge R6725`, `PowerEdge-R6725`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
