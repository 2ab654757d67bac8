"""How often things fail, how long a repair takes, and what that makes of a design (failure_model.md section 5)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from catalog.engine.figures import Grade
from catalog.engine.hardware import Media, SwitchRole
from designer.engine.failures.graph import Plant
from designer.engine.failures.model import Availability, ComponentRate, CutSet

HOURS_PER_YEAR = 8_760
MOST_PERCENT = Decimal("99.999")
"""Network redundancy was measured to be 40 % effective only: more nines than five are not believed."""
GILL = "Gill, Jain, Nagappan: Understanding Network Failures in Data Centers, SIGCOMM 2011"
BACKBLAZE = "https://www.backblaze.com/blog/backblaze-drive-stats-for-2024/"
HOUSE = "House value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Failures of one component a year, and the hours until it is repaired."""

    component: str
    failures_per_year: Decimal
    repair_hours: Decimal
    grade: Grade
    source: str

    @property
    def unavailability(self) -> Decimal:
        """Share of time that the component is out: 1 - A = AFR x MTTR / 8760."""
        return self.failures_per_year * self.repair_hours / HOURS_PER_YEAR


RATES = {
    rate.component: rate
    for rate in (
        Rate(component="HDD", failures_per_year=Decimal("0.0157"), repair_hours=Decimal(24), grade=Grade.B, source=BACKBLAZE),
        Rate(component="SSD", failures_per_year=Decimal("0.01"), repair_hours=Decimal(24), grade=Grade.C, source=HOUSE),
        Rate(
            component="server", failures_per_year=Decimal("0.08"), repair_hours=Decimal(24), grade=Grade.C,
            source="House value, usually quoted from Vishwanath and Nagappan 2010; not re-read",
        ),
        Rate(component="leaf", failures_per_year=Decimal("0.05"), repair_hours=Decimal(24), grade=Grade.B, source=GILL),
        Rate(component="spine", failures_per_year=Decimal("0.10"), repair_hours=Decimal(24), grade=Grade.B, source=GILL),
        Rate(
            component="external router", failures_per_year=Decimal("0.10"), repair_hours=Decimal(24), grade=Grade.C,
            source=f"House value: taken as an aggregation switch of {GILL}",
        ),
        Rate(component="PDU", failures_per_year=Decimal("0.02"), repair_hours=Decimal(8), grade=Grade.C, source=HOUSE),
        Rate(component="rack", failures_per_year=Decimal("0.01"), repair_hours=Decimal(12), grade=Grade.C, source=HOUSE),
        Rate(component="feed", failures_per_year=Decimal("0.005"), repair_hours=Decimal(4), grade=Grade.C, source=HOUSE),
        Rate(component="human or software change", failures_per_year=Decimal(1), repair_hours=Decimal(1), grade=Grade.C, source=HOUSE),
    )
}  # fmt: skip
"""Inputs of every estimate. A change that breaks control dominates every hardware figure: reports must say so."""


def series(availabilities: Iterable[Decimal]) -> Decimal:
    """Return the availability of components that are all needed."""
    return math.prod(availabilities, start=Decimal(1))


def at_least(needed: int, members: int, availability: Decimal) -> Decimal:
    """Return the availability of `members` equal components of which `needed` are enough."""
    out = 1 - availability
    return sum(
        (math.comb(members, i) * availability**i * out ** (members - i) for i in range(needed, members + 1)),
        Decimal(0),
    )


def shown_percent(availability: Decimal) -> str:
    """Return an availability as a person may be told it: cut after three digits, never more than five nines."""
    percent = availability * 100
    if percent > MOST_PERCENT:
        return f"above {MOST_PERCENT} %"
    return f"{percent.quantize(Decimal('0.001'), ROUND_DOWN)} %"


def component_of(plant: Plant, named: str) -> str:
    """Return which rate counts for an element given as `kind:id`.

    Raises:
        KeyError: nothing is known about elements of that kind.
    """
    kind, _, key = named.partition(":")
    if kind in ("rack", "feed"):
        return kind
    if kind == "pdu":
        return "PDU"
    if kind != "device":
        raise KeyError(named)
    if key in plant.nodes:
        return "server"
    if key in plant.switches:
        return "spine" if plant.switches[key].role in (SwitchRole.SPINE, SwitchRole.SUPER_SPINE) else "leaf"
    return "external router"


def drive_rate(media: Media | None) -> Decimal:
    """Return how often one drive fails a year; a drive of unknown kind is taken as a disk."""
    return RATES["HDD" if media in (Media.HDD, None) else "SSD"].failures_per_year


def estimate(plant: Plant, event: str, cuts: Sequence[CutSet]) -> Availability:
    """Return the unavailability of a top event: the sum over its minimal cut sets (rare events)."""
    mine = [
        (
            math.prod((RATES[component_of(plant, e)].unavailability for e in cut.elements), start=Decimal(1)),
            cut,
        )
        for cut in cuts
        if cut.event == event
    ]
    out = sum((share for share, _ in mine), Decimal(0))
    worst = max(mine, key=lambda item: (item[0], item[1].elements), default=None)
    return Availability(
        event=event,
        unavailability=out,
        minutes_per_year=out * HOURS_PER_YEAR * 60,
        percent=shown_percent(1 - out),
        worst=worst[1].elements if worst else (),
    )


def rates() -> tuple[ComponentRate, ...]:
    """Return the inputs as a report lists them."""
    return tuple(
        ComponentRate(
            component=rate.component,
            failures_per_year=rate.failures_per_year,
            repair_hours=rate.repair_hours,
            mtbf_hours=HOURS_PER_YEAR / rate.failures_per_year,
            grade=rate.grade.value,
            source=rate.source,
        )
        for rate in RATES.values()
    )
