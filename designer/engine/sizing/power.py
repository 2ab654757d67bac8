"""Racks, power, weight, heat and energy (sizing.R1 to R8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.engine.hardware import NodeSpec, PduSpec, SwitchSpec
from catalog.engine.units import ceil

PDU_DERATING = Decimal("0.8")
"""Of the breaker, for continuous load: electrical codes (R2)."""
GOOD_FEED_SHARE = Decimal("0.8")
"""Of one feed, above which a rack is warned of (R3)."""
BTU_PER_WATT_HOUR = Decimal("3.412")
BTU_PER_TON = 12_000
AIRFLOW_FACTOR = Decimal("1.08")
TEMPERATURE_RISE_F = 20
HOURS_PER_YEAR = 8_760
SQRT3 = Decimal(3).sqrt()


@dataclass(frozen=True, slots=True, kw_only=True)
class RackContent:
    """How many of each thing stand in one rack."""

    control: int = 0
    compute: int = 0
    storage: int = 0
    nodes: tuple[int, ...] = ()
    """Of these, how many are of each kind of node of the cloud."""
    leaves: int = 0
    spines: int = 0
    super_spines: int = 0
    oob_switches: int = 0


def feed_watts(
    pdu: PduSpec, *, power_factor: Decimal = Decimal(1), derating: Decimal = PDU_DERATING
) -> Decimal:
    """Return what one feed of a rack may carry for good, W (R2)."""
    return Decimal(pdu.volts * pdu.amps) * derating * power_factor * (SQRT3 if pdu.phases == 3 else 1)


def average_watts(*, idle_watts: Decimal, max_watts: Decimal, load: Decimal) -> Decimal:
    """Return the draw at an average load, W (R8, tco.P6)."""
    return idle_watts + (max_watts - idle_watts) * load


def heat_btu_per_hour(watts: Decimal) -> Decimal:
    """Return the heat of `watts`, BTU/h (R5)."""
    return watts * BTU_PER_WATT_HOUR


def cooling_tons(watts: Decimal) -> Decimal:
    """Return the cooling that `watts` ask for, tons of refrigeration (R5)."""
    return heat_btu_per_hour(watts) / BTU_PER_TON


def airflow_cfm(watts: Decimal, *, rise_f: int = TEMPERATURE_RISE_F) -> Decimal:
    """Return the air that carries `watts` away, cubic feet a minute, at a rise of 20 °F = 11.1 K (R5)."""
    return heat_btu_per_hour(watts) / (AIRFLOW_FACTOR * rise_f)


def energy_kwh_per_year(*, average_watts: Decimal, pue: Decimal) -> Decimal:
    """Return the energy of a year with cooling and losses, kWh (R8)."""
    return average_watts / 1000 * HOURS_PER_YEAR * pue


def dealt(count: int, racks: int, *, first: int = 0) -> list[int]:
    """Return how many of `count` equal things each rack gets, dealt in turn from rack `first` modulo racks (R7)."""
    return [count // racks + (1 if (rack - first) % racks < count % racks else 0) for rack in range(racks)]


def racks_by_sum(
    *, units: int, watts: Decimal, kg: Decimal, usable_units: int, feed: Decimal, load_kg: Decimal
) -> dict[str, int]:
    """Return the racks that each limit asks for when things could be split freely (R6)."""
    return {
        "rack units": ceil(Decimal(units) / usable_units),
        "power": ceil(watts / feed),
        "weight": ceil(kg / load_kg),
    }


Spec = NodeSpec | SwitchSpec
