"""What a comparison assumes beside prices: every default of tco section 1.7, with its range, source and grade.

An assumption is an input that somebody may change for a design. Nothing here is hidden: the page and the
proposal list every one with its source, and mark those that were changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from catalog.engine.documents import Bounds, InvalidDocument, Problem
from catalog.engine.figures import Grade
from designer.engine.growth import HORIZON_KEY, HORIZON_MONTHS, LEAD_KEY, LEAD_MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One default: what to expect and how far off it may be. Money in USD, shares and rates as fractions."""

    key: str
    label: str
    unit: str
    low: Decimal
    typical: Decimal
    high: Decimal
    grade: Grade
    source: str
    symbol: str = ""
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(10**6)
    is_whole: bool = False


def _a(
    key: str,
    label: str,
    unit: str,
    values: tuple[str, str, str],
    grade: str,
    source: str,
    symbol: str = "",
    bounds: tuple[str, str] = ("0", "1000000"),
    is_whole: bool = False,
) -> Assumption:
    low, typical, high = (Decimal(value) for value in values)
    return Assumption(
        key=key, label=label, unit=unit, low=low, typical=typical, high=high, grade=Grade(grade),
        source=source, symbol=symbol, minimum=Decimal(bounds[0]), maximum=Decimal(bounds[1]), is_whole=is_whole,
    )  # fmt: skip


HOUSE = "House value without a public source: please confirm"
SHARE = ("0", "1")
RATE = ("-0.5", "1")

GROUPS: Mapping[str, tuple[Assumption, ...]] = {
    "Time and money": (
        _a(HORIZON_KEY, "Horizon", "months", ("36", str(HORIZON_MONTHS), "84"), "C", "House value; 60 months match the life of a server", "H", ("12", "84"), is_whole=True),
        _a("annual_discount_rate", "Discount rate (WACC, nominal)", "a year", ("0.05", "0.08", "0.12"), "A", "US industries, January 2026: 4.98% (banks) to 9.38% (auto and truck), Damodaran, pages.stern.nyu.edu; the choice in that span is a house value", "r", ("0", "0.5")),
    ),
    "Private hardware": (
        _a(LEAD_KEY, "Procurement lead time", "months", ("1", str(LEAD_MONTHS), "6"), "C", "House value; allocation is strict in 2026", "L", ("0", "24"), is_whole=True),
        _a("hardware_discount", "Discount on hardware", "share", ("0", "0", "0.3"), "C", HOUSE, "", SHARE),
        _a("node_price_multiplier", "Server price against the catalog", "times", ("1", "1", "1.6"), "B", "TrendForce 1Q26: server DRAM contract +88 to 93%, enterprise SSD +53 to 58% in a quarter; 1.6 takes memory as half of a node", "", ("0.1", "10")),
        _a("hardware_price_trend", "Server price trend", "a year", ("-0.10", "0", "0.20"), "B", "Server makers raised prices about 15% around January 2026 (particle.news, December 2025)", "e_hw", RATE),
        _a("spares_share", "Spare parts on the shelf", "of purchases", ("0.02", "0.05", "0.10"), "C", "House value; high from nenadlazic.github.io, 2026-05-21", "sigma", SHARE),
        _a("asset_life_months", "Life of the hardware", "months", ("48", "60", "72"), "A", "Annual reports: Microsoft and Alphabet 6 years, Meta 5.5, Amazon back to 5 for part of it (2025)", "T", ("12", "120"), is_whole=True),
        _a("owned_remaining_life_months", "Remaining life of existing servers", "months", ("12", "30", "48"), "C", "House value: half the life of a server; the age of what is owned decides", "R", ("0", "120"), is_whole=True),
        _a("refresh_price_share", "Price of the same capacity at refresh", "of today's", ("0.5", "0.75", "1"), "C", HOUSE, "phi", ("0", "3")),
        _a("scrap_share", "Scrap value", "of the price", ("0", "0.03", "0.10"), "C", "smallbusiness.yahoo.com on resale: minimal after a five-year cycle; the figure is a house value", "s", SHARE),
        _a("unexpired_life_value", "Market value of unexpired life", "share", ("0", "0.5", "1"), "C", HOUSE, "lambda", SHARE),
        _a("warranty_months", "Warranty of the hardware", "months", ("36", "60", "60"), "C", HOUSE, "", ("0", "120"), is_whole=True),
        _a("maintenance_rate", "Maintenance after warranty", "of the price a year", ("0.05", "0.10", "0.15"), "A", "Azure Migrate: 10% storage, 15% network (2023-08-24)", "mu", SHARE),
        _a("decommissioning_per_node", "Decommissioning at refresh", "USD per node", ("50", "150", "400"), "C", HOUSE, "", ("0", "100000")),
    ),
    "Site and energy": (
        _a("electricity_per_kwh", "Electricity", "USD per kWh", ("0.08", "0.12", "0.28"), "A", "EIA 2024: 8.1 to 20.1 cents; Eurostat H2 2023: 0.089 to 0.276 EUR", "", ("0", "5")),
        _a("energy_escalation", "Energy escalation", "a year", ("0", "0.03", "0.06"), "C", HOUSE, "e_p", RATE),
        _a("colocation_per_kw_month", "Colocation or own site", "USD per kW and month", ("150", "220", "360"), "B", "CBRE H1 2024: 174.06 asking; Encor H2 2025: about 196; TeleGeography retail medians 275 and 360", "", ("0", "10000")),
        _a("rack_fee_month", "Rack fee", "USD per rack and month", ("0", "0", "200"), "C", "House value: taken as included in the price per kW", "", ("0", "10000")),
        _a("minimum_kw", "Least power that a site sells", "kW", ("0", "0", "50"), "C", HOUSE, "", ("0", "100000")),
        _a("power_block_kw", "Steps in which it sells power", "kW", ("1", "1", "5"), "C", HOUSE, "", ("0.1", "1000")),
        _a("site_escalation", "Colocation escalation", "a year", ("0.01", "0.03", "0.05"), "C", HOUSE, "e_c", RATE),
        _a("cross_connect_month", "Cross-connect", "USD a month", ("90", "300", "500"), "B", "Derived from TeleGeography: five are 55% of 2,690 (North America), 22% of 2,060 (Europe)", "", ("0", "10000")),
        _a("cross_connects", "Cross-connects", "count", ("1", "2", "4"), "C", HOUSE, "n_xc", ("0", "1000"), is_whole=True),
        _a("transit_per_mbps_month", "Internet transit, committed", "USD per Mbps and month", ("0.20", "0.60", "1.20"), "A", "Equinix 1.00 on a 1 Gbps commit; Canonical 6,000 per Gbps-year", "p_c", ("0", "1000")),
        _a("transit_overage_per_mbps_month", "Internet transit above the commit", "USD per Mbps and month", ("0.25", "0.75", "1.50"), "C", HOUSE, "p_o", ("0", "1000")),
        _a("transit_commit_mbps", "Committed transit", "Mbps", ("0", "100", "1000"), "C", HOUSE, "", ("0", "1000000")),
        _a("peak_to_average_traffic", "Peak (p95) to average traffic", "times", ("1.5", "2", "3"), "C", HOUSE, "", ("1", "20")),
        _a("ipv4_lease_month", "Public IPv4 address, leased", "USD per address and month", ("0.35", "0.45", "0.60"), "C", "General knowledge of the market, without a stored source", "", ("0", "100")),
    ),
    "Software and one-offs": (
        _a("subscription_per_node_year", "Platform subscription, 24x7", "USD per node and year", ("0", "1775", "3400"), "A", "Ubuntu Pro with 24/7 support: 1,775 infrastructure, 3,400 full (ubuntu.com/pricing/pro, 2026-03); 0 is community support", "", ("0", "100000")),
        _a("subscription_escalation", "Subscription escalation", "a year", ("0", "0", "0.05"), "C", HOUSE, "e", RATE),
        _a("build_one_off", "Design, build, acceptance, training", "USD once", ("50000", "100000", "250000"), "A", "Canonical's calculators: 75,000 for a cloud, 25,000 to 50,000 for Ceph; high is a house value", "", ("0", "100000000")),
        _a("migration_per_vm", "Migration, either way", "USD per VM", ("100", "300", "1500"), "C", "House value: 1 to 16 hours at about 95 an hour; the same on both sides (tco.FR10)", "", ("0", "100000")),
    ),
    "People": (
        _a("salary", "Salary of an operator", "USD a year", ("110000", "125000", "170000"), "A", "Canonical's calculator (2021): 125,000", "", ("0", "1000000")),
        _a("salary_loading", "Total compensation to wages", "times", ("1.30", "1.43", "1.54"), "A", "BLS, March 2026: wages are 69.9% of compensation in US private industry", "", ("1", "5")),
        _a("wage_escalation", "Wage escalation", "a year", ("0.02", "0.03", "0.05"), "C", HOUSE, "e_s", RATE),
        _a("private_fte_minimum", "Platform team, private, at least", "FTE", ("2", "4", "12"), "A", "High: Canonical 12, Mirantis 9 operators and 13 engineers; low and typical are house values", "FTE_min", ("0", "1000")),
        _a("private_fte_fixed", "Fixed part of the size-dependent team", "FTE", ("0", "0", "1"), "C", HOUSE, "FTE_fix", ("0", "1000")),
        _a("nodes_per_fte", "Nodes that one FTE runs", "nodes", ("45", "90", "150"), "A", "Mirantis: 1.1 FTE per 100 nodes (2016-12-19)", "", ("1", "100000")),
        _a("pb_per_fte", "Raw storage that one FTE runs", "PB", ("0.5", "0.9", "2"), "A", "Mirantis: 1.1 FTE per PB (2016-12-19)", "", ("0.001", "100000")),
        _a("public_fte_share", "Platform and FinOps team, public, against private", "share", ("0.3", "0.5", "0.8"), "C", "House value; never 0 (tco.FR9)", "", ("0.01", "5")),
    ),
    "Public cloud": (
        _a("commitment_coverage", "Always-on VMs under commitment", "share", ("0.4", "0.6", "0.9"), "B", "vendorbenchmark.com: the median enterprise captures 55 to 65% of the possible saving", "C", SHARE),
        _a("commitment_three_year_share", "Of these, for three years", "share", ("0", "0.6667", "1"), "C", "House value: 40% three years, 20% one year", "", SHARE),
        _a("discount_one_year", "Discount for 1 year where a price list has none", "share", ("0.20", "0.30", "0.40"), "B", "vendorbenchmark.com, no upfront", "d_1", SHARE),
        _a("discount_three_years", "Discount for 3 years where a price list has none", "share", ("0.35", "0.45", "0.55"), "B", "vendorbenchmark.com, no upfront", "d_3", SHARE),
        _a("negotiated_discount", "Negotiated discount", "share", ("0", "0", "0.15"), "C", "House value; large buyers have one: ask", "neg", SHARE),
        _a("public_price_trend", "Public list price trend", "a year", ("-0.05", "0", "0.05"), "A", "us-east-1 m5, m6i, m7i, c6i, t3 unchanged from 2023-09-18 to 2026-07-20 (Karpenter price lists)", "pi", RATE),
        _a("right_sizing", "Size of the public fleet after right-sizing", "share", ("0.60", "0.85", "1"), "B", "Self-reported waste 27% (2025, Flexera quoted by alisafari.space); a concession to the public side, applied to instances only", "rs", ("0.05", "1")),
        _a("nat_gateways", "NAT gateways", "count", ("1", "1", "3"), "C", HOUSE, "", ("0", "1000"), is_whole=True),
        _a("nat_data_share", "Egress that passes a NAT gateway", "share", ("0", "0.25", "1"), "C", HOUSE, "", SHARE),
    ),
}  # fmt: skip
"""Every assumption by subject, in the order that people read them."""

ASSUMPTIONS: Mapping[str, Assumption] = {item.key: item for group in GROUPS.values() for item in group}

AssumptionValue = Annotated[Decimal, Bounds(-(10**9), 10**9)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The assumptions of one comparison: defaults, and what was chosen instead."""

    overrides: Mapping[str, Decimal]

    def __getitem__(self, key: str) -> Decimal:
        default = ASSUMPTIONS[key].typical
        return self.overrides.get(key, default)

    def whole(self, key: str) -> int:
        """An assumption that counts something."""
        return int(self[key])

    def is_changed(self, key: str) -> bool:
        return key in self.overrides and self.overrides[key] != ASSUMPTIONS[key].typical


def chosen(overrides: Mapping[str, Decimal]) -> Chosen:
    """Return the assumptions with `overrides` in place of defaults.

    Raises:
        InvalidDocument: an unknown key, or a value that is out of its bounds or not whole where it must be.
    """
    problems: list[Problem] = []
    for key, value in overrides.items():
        known = ASSUMPTIONS.get(key)
        field = f"assumptions.{key}"
        if known is None:
            remedy = f"Remove it; known are: {', '.join(ASSUMPTIONS)}."
            problems.append(Problem(field, value, "is not an assumption", remedy))
        elif not known.minimum <= value <= known.maximum:
            remedy = f"Send a number between {known.minimum} and {known.maximum}, {known.unit}."
            problems.append(Problem(field, value, "is out of range", remedy))
        elif known.is_whole and value != value.to_integral_value():
            problems.append(Problem(field, value, "is not a whole number", f"Send whole {known.unit}."))
    if problems:
        raise InvalidDocument(problems)
    return Chosen(overrides=dict(overrides))
