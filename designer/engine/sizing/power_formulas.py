"""The formulas of racks, power, weight, heat and energy on their own (sizing.R)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from catalog.engine.figures import Answer, Formula, Step
from catalog.engine.hardware import PduSpec
from catalog.engine.units import ceil
from designer.engine.sizing import control_plane, power
from designer.engine.sizing.figures import plain
from designer.engine.sizing.formula_parts import formula, number, row_number, rows, whole


def _feed(volt: int, amp: int, phases: int, derate: Decimal, pf: Decimal) -> Answer:
    pdu = PduSpec(
        id="feed",
        name="feed",
        manufacturer="any",
        model="any",
        volts=volt,
        amps=amp,
        phases=phases,
        weight_kg=Decimal(0),
    )
    watts = power.feed_watts(pdu, power_factor=pf, derating=derate)
    working = f"{volt} x {amp} x {plain(derate)} x {plain(pf)}" + (" x sqrt(3)" if phases == 3 else "")
    return Answer(
        results={"va": watts / pf, "watts": watts},
        units={"va": "VA", "watts": "W"},
        steps=(Step(label="Feed", working=working, value=watts, unit="W"),),
    )


def _rack_units(parts: Sequence[object], rack_units: int, spare_units: int) -> Answer:
    used = sum(
        (row_number(row, i, "parts", "count", 1) * row_number(row, i, "parts", "rack_units") for i, row in enumerate(parts)),
        Decimal(0),
    )  # fmt: skip
    usable = rack_units - spare_units
    return Answer(
        results={"used_units": used, "usable_units": usable, "fits": used <= usable},
        units={"used_units": "U", "usable_units": "U"},
        steps=(
            Step(
                label="Used", working=f"{_sum(parts, 'rack_units')}, at most {usable}", value=used, unit="U"
            ),
        ),
    )


def _rack_power(parts: Sequence[object], feed_watts: Decimal) -> Answer:
    most = sum(
        (row_number(row, i, "parts", "count", 1) * row_number(row, i, "parts", "max_watts") for i, row in enumerate(parts)),
        Decimal(0),
    )  # fmt: skip
    share = most / feed_watts
    return Answer(
        results={"max_watts": most, "share_of_feed": share, "fits": share <= 1, "warns": share > power.GOOD_FEED_SHARE},
        units={"max_watts": "W", "share_of_feed": "share"},
        steps=(
            Step(label="Full load", working=_sum(parts, "max_watts"), value=most, unit="W"),
            Step(label="Of one feed", working=f"{plain(most)} / {plain(feed_watts)}", value=share, unit="share"),
        ),
    )  # fmt: skip


def _rack_weight(parts: Sequence[object], max_load_kg: Decimal, rack_kg: Decimal) -> Answer:
    kg = sum(
        (row_number(row, i, "parts", "count", 1) * row_number(row, i, "parts", "weight_kg") for i, row in enumerate(parts)),
        Decimal(0),
    )  # fmt: skip
    return Answer(
        results={"equipment_kg": kg, "total_kg": kg + rack_kg, "fits": kg <= max_load_kg},
        units={"equipment_kg": "kg", "total_kg": "kg"},
        steps=(
            Step(label="Equipment", working=f"{_sum(parts, 'weight_kg')}, at most {plain(max_load_kg)}", value=kg, unit="kg"),
            Step(label="With the rack", working=f"{plain(kg)} + {plain(rack_kg)}", value=kg + rack_kg, unit="kg"),
        ),
    )  # fmt: skip


def _sum(parts: Sequence[object], name: str) -> str:
    """The sum of `count x name` as it is worked out."""
    terms = [
        f"{plain(row_number(row, i, 'parts', 'count', 1))} x {plain(row_number(row, i, 'parts', name))}"
        for i, row in enumerate(parts)
    ]
    return " + ".join(terms) or "0"


def _racks(
    rack_units: int,
    watts: Decimal,
    kg: Decimal,
    leaf_ports: int,
    usable_units: int,
    feed_watts: Decimal,
    max_load_kg: Decimal,
    ports_per_pair: int,
    failure_domains: int,
) -> Answer:
    limits = power.racks_by_sum(
        units=rack_units, watts=watts, kg=kg, usable_units=usable_units, feed=feed_watts, load_kg=max_load_kg
    )
    limits |= {"leaf ports": ceil(Decimal(leaf_ports) / ports_per_pair), "failure domains": failure_domains}
    bound_by = max(limits, key=lambda name: limits[name])
    workings = {
        "rack units": f"ceil({rack_units} / {usable_units})",
        "power": f"ceil({plain(watts)} / {plain(feed_watts)})",
        "weight": f"ceil({plain(kg)} / {plain(max_load_kg)})",
        "leaf ports": f"ceil({leaf_ports} / {ports_per_pair})",
        "failure domains": "as the quorum members and copies are spread",
    }
    return Answer(
        results={"racks": limits[bound_by]},
        units={"racks": "racks"},
        steps=tuple(
            Step(label=f"Racks by {name}", working=workings[name], value=count, unit="racks")
            for name, count in limits.items()
        ),
        bound_by=bound_by,
    )


def _spread(members: int, racks: int) -> Answer:
    dealt = power.dealt(members, racks)
    majority = control_plane.quorum(members)
    exposed = tuple(number for number, count in enumerate(dealt, start=1) if members - count < majority)
    return Answer(
        results={"members_by_rack": tuple(dealt), "single_points_of_failure": exposed},
        steps=(
            Step(label="In turn", working=f"{members} over {racks} racks", value=tuple(dealt)),
            Step(label="Majority", working=f"floor({members} / 2) + 1", value=majority),
            Step(label="Racks whose loss stops the majority", working=f"{members} - members < {majority}", value=len(exposed)),
        ),
        bound_by="racks" if exposed and racks < members else "",
    )  # fmt: skip


def _heat(watts: Decimal) -> Answer:
    return Answer(
        results={
            "btu_per_hour": power.heat_btu_per_hour(watts),
            "cooling_tons": power.cooling_tons(watts),
            "airflow_cfm": power.airflow_cfm(watts),
        },
        units={"btu_per_hour": "BTU/h", "cooling_tons": "tons", "airflow_cfm": "CFM"},
        steps=(
            Step(
                label="Heat",
                working=f"{plain(watts)} x 3.412",
                value=power.heat_btu_per_hour(watts),
                unit="BTU/h",
            ),
            Step(label="Cooling", working="BTU/h / 12,000", value=power.cooling_tons(watts), unit="tons"),
            Step(label="Air", working="BTU/h / (1.08 x 20)", value=power.airflow_cfm(watts), unit="CFM"),
        ),
    )


def _energy(idle_watts: Decimal, max_watts: Decimal, load: Decimal, pue: Decimal) -> Answer:
    average = power.average_watts(idle_watts=idle_watts, max_watts=max_watts, load=load)
    found = power.energy_kwh_per_year(average_watts=average, pue=pue)
    working = f"({plain(idle_watts)} + ({plain(max_watts)} - {plain(idle_watts)}) x {plain(load)}) / 1000 x 8,760 x {plain(pue)}"
    return Answer(
        results={"average_watts": average, "kwh_per_year": found},
        units={"average_watts": "W", "kwh_per_year": "kWh"},
        steps=(Step(label="Energy", working=working, value=found, unit="kWh"),),
    )


FORMULAS: tuple[Formula, ...] = (
    formula(
        "sizing.R1", "Rack units", "sum of count x U, at most 40 of 42",
        (
            rows("parts", "Pieces of the rack: count, rack_units"),
            whole("rack_units", "Rack", "U", minimum=1, maximum=60, default=42), whole("spare_units", "Kept free", "U", maximum=59, default=2),
        ),
        calculate=_rack_units,
        example={"parts": ({"count": 6, "rack_units": 1}, {"count": 1, "rack_units": 2}, {"count": 3, "rack_units": 1})},
    ),
    formula(
        "sizing.R2", "Capacity of a feed", "V x A x 0.8 x pf (x sqrt 3)",
        (
            whole("volt", "Voltage", "V", "V", minimum=1, maximum=1000),
            whole("amp", "Breaker", "A", "A", minimum=1, maximum=1000),
            whole("phases", "Phases", minimum=1, maximum=3, default=1),
            number("derate", "Derating", maximum=1, minimum=Decimal("0.1"), default=Decimal("0.8")),
            number("pf", "Power factor", maximum=1, minimum=Decimal("0.1"), default=1),
        ),
        calculate=_feed, example={"volt": 208, "amp": 30, "phases": 3, "derate": Decimal("0.8"), "pf": 1},
    ),
    formula(
        "sizing.R3", "Power of a rack", "sum of the maximum <= the smaller feed; above 80 % of it a warning",
        (rows("parts", "Pieces of the rack: count, max_watts"), number("feed_watts", "The smaller feed", "W", minimum=1)),
        calculate=_rack_power,
        example={
            "parts": (
                {"count": 1, "max_watts": 350}, {"count": 4, "max_watts": 850}, {"count": 1, "max_watts": 700},
                {"count": 2, "max_watts": 400}, {"count": 1, "max_watts": 600}, {"count": 1, "max_watts": 80},
            ),
            "feed_watts": 8868,
        },
    ),
    formula(
        "sizing.R4", "Weight of a rack", "sum of kg <= what the rack may carry; with the rack on the floor",
        (
            rows("parts", "Pieces of the rack: count, weight_kg"),
            number("max_load_kg", "What the rack may carry", "kg", minimum=1, default=1000), number("rack_kg", "The rack itself", "kg", default=0),
        ),
        calculate=_rack_weight,
        example={
            "parts": (
                {"count": 1, "weight_kg": 17}, {"count": 4, "weight_kg": 18}, {"count": 1, "weight_kg": 27},
                {"count": 2, "weight_kg": 10}, {"count": 1, "weight_kg": 11}, {"count": 1, "weight_kg": 6},
            ),
        },
    ),
    formula(
        "sizing.R5", "Heat and air", "BTU/h = W x 3.412; tons = BTU/h / 12,000; CFM = BTU/h / (1.08 x 20)",
        (number("watts", "Power", "W"),),
        calculate=_heat, example={"watts": 12_000},
    ),
    formula(
        "sizing.R6", "Racks", "max(ceil(U / 40), ceil(W / feed), ceil(kg / load), ceil(ports / pair), failure domains)",
        (
            whole("rack_units", "Units of everything", "U"), number("watts", "Maximum power of everything", "W"),
            number("kg", "Weight of everything", "kg"), whole("leaf_ports", "Fast ports of everything", "ports", default=0),
            whole("usable_units", "Units of a rack", "U", minimum=1, default=40),
            number("feed_watts", "One feed of a rack", "W", minimum=1), number("max_load_kg", "Load of a rack", "kg", minimum=1, default=1000),
            whole("ports_per_pair", "Ports of a pair of leaves", "ports", minimum=1, default=96),
            whole("failure_domains", "Racks that the spread asks for", minimum=1, maximum=1000, default=1),
        ),
        calculate=_racks,
        example={"rack_units": 30, "watts": 15_490, "kg": 412, "leaf_ports": 38, "feed_watts": 8868, "failure_domains": 3},
    ),
    formula(
        "sizing.R7", "Spread of a majority over racks", "in turn; no rack may take floor(n/2) + 1 away from the majority",
        (
            whole("members", "Members", symbol="n", minimum=1, maximum=99), whole("racks", "Racks or zones", minimum=1, maximum=1000),
        ),
        calculate=_spread, example={"members": 5, "racks": 3},
    ),
    formula(
        "sizing.R8", "Energy of a year", "(idle + (max - idle) x u) / 1000 x 8,760 x PUE",
        (
            number("idle_watts", "Idle", "W"), number("max_watts", "Maximum", "W"),
            number("load", "Average load", "share", "u", maximum=1, default=Decimal("0.35")),
            number("pue", "PUE", minimum=1, maximum=3, default=Decimal("1.5")),
        ),
        calculate=_energy, example={"idle_watts": 5130, "max_watts": 15490, "load": Decimal("0.5"), "pue": Decimal("1.5")},
    ),
)  # fmt: skip
