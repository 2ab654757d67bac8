"""The failure formulas on their own, for programs, tests and the curious."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from catalog.engine.documents import InvalidDocument, Problem
from catalog.engine.figures import Answer, Formula, Grade, Parameter, Step
from designer.engine.failures import ceph
from designer.engine.failures.availability import HOURS_PER_YEAR, at_least, series

HUNDRED = Decimal(100)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _whole(name: str, label: str, unit: str = "", symbol: str = "", **changes: object) -> Parameter:
    values = {"kind": "integer", "minimum": 1, "maximum": 10_000} | changes
    return Parameter(name=name, label=label, unit=unit, symbol=symbol, **values)  # type: ignore[arg-type]  # bounds and defaults


def _placement(racks: int, hosts_per_rack: int, rule: str, size: int, lost: str) -> Answer:
    domains = racks if rule == "rack" else racks * hosts_per_rack
    whole = {"one rack": 1 if rule == "rack" else hosts_per_rack, "one host": 0 if rule == "rack" else 1}[
        lost
    ]
    if domains < size:
        remedy = f"Use at least {size} failure domains, or fewer copies."
        raise InvalidDocument([Problem("size", size, f"{size} copies need {size} different {rule}s", remedy)])
    shares = [Fraction(1)] * whole + [Fraction(0)] * (domains - whole)
    if rule == "rack" and lost == "one host":
        shares[0] = Fraction(1, hosts_per_rack)
    found = ceph.lost_copies(size, shares)
    results = {f"copies_left_{size - j}_pct": _decimal(found[j]) * HUNDRED for j in range(size, -1, -1)}
    touched = sum(1 for share in shares if share)
    return Answer(
        results=results,
        units=dict.fromkeys(results, "% of placement groups"),
        steps=tuple(
            Step(
                label=f"{size - j} of {size} copies left",
                working=f"P({j} copies on the {touched} of {domains} {rule}s that are hit), {size} of {domains} chosen",
                value=_decimal(found[j]) * HUNDRED,
                unit="%",
            )
            for j in range(size, -1, -1)
        ),
    )


def _series(availability: Sequence[Decimal], needed: int | None = None, members: int | None = None) -> Answer:
    if (needed is None) != (members is None) or (needed and members and needed > members):
        remedy = "Give both, needed not above members; or neither."
        raise InvalidDocument([Problem("needed", needed, "does not fit members", remedy)])
    is_group = needed is not None and members is not None
    each = [at_least(needed or 1, members or 1, one) if is_group else one for one in availability]
    found = series(each)
    minutes = (1 - found) * HOURS_PER_YEAR * 60
    group = f"{needed} of {members} of each, then " if is_group else ""
    return Answer(
        results={"availability_pct": found * HUNDRED, "minutes_per_year": minutes},
        units={"availability_pct": "%", "minutes_per_year": "min"},
        steps=(
            Step(
                label="In series", working=group + " x ".join(f"{one:f}" for one in availability), value=found
            ),
            Step(label="Out", working=f"(1 - {found:f}) x 525,600", value=minutes, unit="min"),
        ),
    )


def _component(failures_per_year: Decimal, repair_hours: Decimal) -> Answer:
    out = failures_per_year * repair_hours / HOURS_PER_YEAR
    mtbf = HOURS_PER_YEAR / failures_per_year
    return Answer(
        results={
            "unavailability": out,
            "availability_pct": (1 - out) * HUNDRED,
            "mtbf_hours": mtbf,
            "minutes_per_year": out * HOURS_PER_YEAR * 60,
        },
        units={"availability_pct": "%", "mtbf_hours": "h", "minutes_per_year": "min"},
        steps=(
            Step(label="Out", working=f"{failures_per_year:f} x {repair_hours:f} / 8,760", value=out),
            Step(label="MTBF", working=f"8,760 / {failures_per_year:f}", value=mtbf, unit="h"),
        ),
    )


FORMULAS: tuple[Formula, ...] = (
    Formula(
        id="failure.F8",
        title="Copies of placement groups left after a loss",
        expression="P(j copies lost) = C(f, j) C(N - f, z - j) / C(N, z)",
        parameters=(
            _whole("racks", "Racks"),
            _whole("hosts_per_rack", "Storage hosts in each rack", symbol="q"),
            Parameter(name="rule", label="Failure domain of the CRUSH rule", kind="text", default="host", choices=("host", "rack")),
            _whole("size", "Copies", symbol="z", maximum=32, default=3),
            Parameter(name="lost", label="What fails", kind="text", default="one rack", choices=("one rack", "one host")),
        ),
        calculate=_placement,
        source="Hypergeometric; checked with osdmaptool and crushtool of Ceph 20.2.4",
        grade=Grade.A,
        example={"racks": 3, "hosts_per_rack": 2, "rule": "host", "size": 3, "lost": "one rack"},
    ),
    Formula(
        id="failure.availability",
        title="Availability of components in series, each alone or k of n",
        expression="A = prod A_i; k of n: sum_(i >= k) C(n, i) A^i (1 - A)^(n - i)",
        parameters=(
            Parameter(name="availability", label="Availability of each component", kind="numbers", minimum=0, maximum=1),
            _whole("needed", "How many of each are needed", symbol="k", is_required=False, maximum=100),
            _whole("members", "How many of each there are", symbol="n", is_required=False, maximum=100),
        ),
        calculate=_series,
        source="AWS Reliability Pillar; reliability block diagrams",
        grade=Grade.A,
        example={"availability": (Decimal("0.9999"), Decimal("0.9999"), Decimal("0.9999"))},
    ),
    Formula(
        id="failure.component",
        title="Unavailability of one component",
        expression="1 - A = AFR x MTTR / 8760",
        parameters=(
            Parameter(name="failures_per_year", label="Failures of one component a year", unit="per year", symbol="AFR", minimum=Decimal("0.000001"), maximum=1000),
            Parameter(name="repair_hours", label="Time to repair", unit="h", symbol="MTTR", minimum=0, maximum=8760),
        ),
        calculate=_component,
        source="Steady-state availability MTBF / (MTBF + MTTR) for small values",
        grade=Grade.A,
        example={"failures_per_year": Decimal("0.08"), "repair_hours": 24},
    ),
)  # fmt: skip
"""The rules of failure_model.md that stand alone; everything else is in `failures` documents."""
