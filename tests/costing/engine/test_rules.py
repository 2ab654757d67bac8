"""The rules of tco, one by one, against the worked examples of domain notes tco section 6."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.engine.money import Money, round_to_units
from catalog.engine.offers import PriceTier
from costing.engine import rules
from costing.engine.outputs import break_even, internal_rate
from costing.engine.rules import PowerCurve, RateConvention, Timing
from designer.engine.growth import GrowthShape, demand_factor

EGRESS = (
    PriceTier(start=D(0), end=D(100), price=D(0)),
    PriceTier(start=D(100), end=D(10_240), price=D("0.09")),
    PriceTier(start=D(10_240), end=D(51_200), price=D("0.085")),
    PriceTier(start=D(51_200), end=D(153_600), price=D("0.07")),
    PriceTier(start=D(153_600), price=D("0.05")),
)
BUSINESS = (
    PriceTier(start=D(0), end=D(10_000), price=D("0.10")),
    PriceTier(start=D(10_000), end=D(80_000), price=D("0.07")),
    PriceTier(start=D(80_000), end=D(250_000), price=D("0.05")),
    PriceTier(start=D(250_000), price=D("0.03")),
)
ENTERPRISE = (
    PriceTier(start=D(0), end=D(150_000), price=D("0.10")),
    PriceTier(start=D(150_000), end=D(500_000), price=D("0.07")),
    PriceTier(start=D(500_000), end=D(1_000_000), price=D("0.05")),
    PriceTier(start=D(1_000_000), price=D("0.03")),
)


def close(value, expected, digits):
    assert round(value, digits) == D(expected)


def test_w1_monthly_rates():
    close(rules.monthly_rate(D("0.08")), "0.0064340301", 10)
    close(rules.monthly_rate(D("0.08"), RateConvention.NOMINAL), "0.0066666667", 10)


@pytest.mark.parametrize(
    ("month", "factor"),
    [
        pytest.param(1, "0.993607102", id="W1-month-1"),
        pytest.param(12, "0.925925926", id="W1-one-year"),
        pytest.param(36, "0.793832241", id="W1-three-years"),
    ],
)
def test_w1_discount_factors(month, factor):
    close(rules.discount_factor(rules.monthly_rate(D("0.08")), month), factor, 9)


@pytest.mark.parametrize(
    ("convention", "timing", "worth"),
    [
        pytest.param(RateConvention.EFFECTIVE, Timing.END, "320433.31", id="W1-end"),
        pytest.param(RateConvention.EFFECTIVE, Timing.MID, "321462.50", id="W1-mid"),
        pytest.param(RateConvention.EFFECTIVE, Timing.BEGIN, "322494.99", id="W1-begin"),
        pytest.param(RateConvention.NOMINAL, Timing.END, "319118.06", id="W1-nominal"),
    ],
)
def test_w1_present_value_of_ten_thousand_a_month(convention, timing, worth):
    rate = rules.monthly_rate(D("0.08"), convention)

    total = sum(10_000 * rules.discount_factor(rate, m, timing=timing) for m in range(1, 37))

    close(total, worth, 2)


def test_a_dated_event_keeps_its_index_under_every_timing():
    rate = D("0.01")

    assert len({rules.discount_factor(rate, 5, timing=t, is_dated=True) for t in Timing}) == 1


def test_w2_loan():
    payment = rules.loan_payment(D(600_000), annual_rate=D("0.072"), months=48)

    close(payment, "14423.49", 2)
    close(payment * 48, "692327.34", 2)
    assert rules.loan_payment(D(600_000), annual_rate=D(0), months=48) == 12_500


def test_w3_lease_with_residual():
    common = {"residual": D(60_000), "annual_rate": D("0.066"), "months": 36}

    close(rules.lease_rental(D(600_000), **common), "16905.05", 2)
    close(rules.lease_rental(D(600_000), in_advance=True, **common), "16812.58", 2)
    assert rules.lease_rental(D(600_000), residual=D(60_000), annual_rate=D(0), months=36) == 15_000


@pytest.mark.parametrize(
    ("curve", "watts", "kwh", "cost"),
    [
        pytest.param(PowerCurve.LINEAR, "5856.0", "6412.32", "769.48", id="W4-linear"),
        pytest.param(PowerCurve.FAN, "6547.30", "7169.29", "860.32", id="W4-fan"),
    ],
)
def test_w4_power(curve, watts, kwh, cost):
    average = 12 * (320 + 480 * rules.load_share_of_power(D("0.35"), curve))
    energy = rules.energy_kwh(average, pue=D("1.5"))

    assert abs(average - D(watts)) < D("0.01")
    close(energy, kwh, 2)
    close(energy * D("0.12"), cost, 2)


def test_w4_energy_escalates_on_the_anniversary():
    first = D("769.4784")

    yearly = [round(first * rules.escalation(D("0.03"), month), 2) for month in (1, 12, 13, 25)]

    assert yearly == [D("769.48"), D("769.48"), D("792.56"), D("816.34")]


def test_w5_bandwidth():
    average = rules.average_mbps(D(300_000))

    close(average, "913.2420", 4)
    close(average * 2, "1826.4840", 4)
    price = {"commit_mbps": D(2_000), "price": D("0.60"), "overage_price": D("0.75")}
    assert rules.transit_cost(D(1_826), **price) == 1_200
    assert rules.transit_cost(D(2_600), **price) == 1_650


@pytest.mark.parametrize(
    ("gb", "cost"),
    [
        pytest.param(60_000, "5010.20", id="W6-60000"),
        pytest.param(10_240, "912.60", id="W6-boundary-10-TB"),
        pytest.param(153_600, "11562.20", id="W6-boundary-150-TB"),
        pytest.param(20_000, "1742.20", id="W12-egress"),
        pytest.param(0, "0", id="nothing"),
        pytest.param(100, "0", id="free-allowance"),
    ],
)
def test_w6_egress_tiers(gb, cost):
    assert rules.tiered_cost(D(gb), EGRESS) == D(cost)


@pytest.mark.parametrize(
    ("tiers", "minimum", "base", "fee"),
    [
        pytest.param(BUSINESS, 100, 42_000, 3_240, id="W7-business"),
        pytest.param(BUSINESS, 100, 600, 100, id="W7-minimum"),
        pytest.param(BUSINESS, 100, 56_000, 4_220, id="W7-gross"),
        pytest.param(ENTERPRISE, 15_000, 180_000, 17_100, id="W7-enterprise"),
    ],
)
def test_w7_support_plan(tiers, minimum, base, fee):
    assert rules.support_fee(D(base), tiers, minimum=D(minimum)) == fee


@pytest.mark.parametrize(
    ("commitments", "always_on", "on_hours", "negotiated", "monthly"),
    [
        pytest.param([("0.4", "0.45"), ("0.2", "0.30")], "1", "0", "0", "11184.77", id="W8-all-on"),
        pytest.param([("0.4", "0.45"), ("0.2", "0.30")], "0.7", "0.3", "0.05", "7689.53", id="W8-elastic"),
        pytest.param([("0.8", "0.45")], "0.5", "0.3", "0", "7358.40", id="W8-over-committed"),
    ],
)
def test_w8_price_mix_and_elasticity(commitments, always_on, on_hours, negotiated, monthly):
    factor = rules.charged_factor(
        commitments=[(D(share), D(off), D(1)) for share, off in commitments],
        always_on=D(always_on),
        on_hours=D(on_hours),
    )

    close(100 * 730 * D("0.2016") * factor * (1 - D(negotiated)), monthly, 2)


def test_w10_demand_grows_smoothly():
    demand = [300 * demand_factor(D("0.2"), month) for month in (1, 6, 14, 20, 27, 32, 36)]

    assert [round(value, 4) for value in demand] == [
        D("300.0000"), D("323.6782"), D("365.5114"), D("400.3977"), D("445.3286"), D("480.4772"), D("510.5832"),
    ]  # fmt: skip


def test_w10_nodes_from_vms_per_node():
    nodes = [
        rules.nodes_required(300 * demand_factor(D("0.2"), m), vms_per_node=D(40), spare_nodes=1)
        for m in (1, 6, 14, 20, 27, 32, 36)
    ]

    assert nodes == [9, 10, 11, 12, 13, 14, 14]


def test_demand_by_step_and_by_line():
    assert demand_factor(D("0.2"), 12, GrowthShape.STEP) == 1
    assert demand_factor(D("0.2"), 13, GrowthShape.STEP) == D("1.2")
    assert demand_factor(D("0.2"), 7, GrowthShape.LINEAR) == D("1.1")


def test_w11_refresh_and_residual():
    price = rules.refresh_price(D(100_000), trend=D("-0.05"), index=60, price_share=D("0.85"))
    left = rules.residual_value(
        price, age_months=24, life_months=60, scrap_share=D("0.05"), unexpired_value=D("0.5")
    )

    close(price, "65771.38", 2)
    close(left, "22033.41", 2)


def test_w12_residual_at_the_horizon():
    left = rules.residual_value(
        D(360_000), age_months=36, life_months=60, scrap_share=D("0.03"), unexpired_value=D("0.5")
    )

    assert left == 80_640


def test_w13_utilisation_break_even():
    found = rules.utilisation_break_even(
        fixed_cost=D(40_000), capacity=D(480), public_unit=D(125), private_unit=D(5)
    )

    assert found is not None
    close(found, "0.694444", 6)
    same = rules.utilisation_break_even(fixed_cost=D(1), capacity=D(1), public_unit=D(5), private_unit=D(5))
    assert same is None


def test_w17_straight_line_depreciation():
    assert rules.straight_line_depreciation(D(100_000), salvage=D(10_000), months=60) == 1_500


def test_w19_staff():
    fte = rules.staff_fte(
        minimum=D(3), fixed=D(1), nodes=60, nodes_per_fte=D(40), petabytes=D(2), petabytes_per_fte=D(4)
    )

    assert fte == 3
    assert rules.staff_cost(D("1.5"), salary=D(130_000), loading=D("1.43")) == D("23237.50")  # W12


def test_w19_rounding():
    posted = [Money.post(D(value)).amount for value in ("2.675", "2.665", "2.685", "-2.675", "0.005")]

    assert posted == [D("2.68"), D("2.66"), D("2.68"), D("-2.68"), D("0.00")]
    assert round_to_units([1_040, 2_040, 3_040]) == [11, 20, 30]


def test_a_tie_is_a_break_even():
    even = break_even([D(10), D(10)], [D(0), D(10)])

    assert (even.first, even.durable) == (1, 1)


def test_a_break_even_that_a_refresh_reverses_is_first_but_not_durable():
    private, public = [D(v) for v in (10, 10, 30, 30)], [D(v) for v in (0, 12, 24, 36)]

    even = break_even(private, public)

    assert (even.first, even.durable, even.interpolated) == (1, 3, D(2) + D(6) / D(12))


def test_a_break_even_out_of_reach_is_none():
    assert break_even([D(1), D(2)], [D(0), D(1)]).durable is None


def test_rates_of_return_have_names_for_what_is_no_number():
    assert internal_rate([D(1), D(2)]).outcome.startswith("undefined")
    assert internal_rate([D(-100), D(230), D(-132)]).outcome.startswith("several")  # 10% and 20%
    found = internal_rate([D(-100), D(110)])
    assert found.monthly is not None
    assert round(found.monthly, 9) == D("0.1")


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_more_egress_never_costs_less_and_tiers_have_no_jumps(a, b):
    low, high = sorted((a, b))

    cost_low, cost_high = (rules.tiered_cost(gb, EGRESS) for gb in (low, high))

    assert cost_low <= cost_high <= cost_low + (high - low) * D("0.09")


@given(st.integers(0, 200), st.integers(12, 120))
def test_an_older_asset_is_never_worth_more(age, life):
    def worth(months):
        return rules.residual_value(
            D(1000), age_months=months, life_months=life, scrap_share=D("0.03"), unexpired_value=D("0.5")
        )

    assert D(30) <= worth(age + 1) <= worth(age) <= 1000
