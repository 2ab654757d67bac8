"""The cost engine as a whole: W12 of domain notes tco to the cent, its laws, and its explanations."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument, read, write
from costing.engine.ledger import cumulative
from costing.engine.model import Currency, Purchase, TcoRequest
from costing.engine.tco import tco
from tests.costing.engine.requests import SERVICES, a_fleet, w12

NEAR = 100
"""Cents: W12 allows 1.00 on sums of a ledger that posts cents."""


@pytest.fixture(scope="module")
def result():
    return tco(w12())


def near(cents, expected):
    assert abs(cents - int(D(expected) * 100)) <= NEAR


def line(option, key):
    return next(line for line in option.lines if line.key == key)


def test_w12_month_one_of_each_line(result):
    private, public = result.options

    assert line(private, "staff").cents[1] == 2_323_750
    assert line(public, "staff").cents[1] == 1_161_875
    assert line(public, "instances.standard").cents[1] == 3_673_313
    assert line(public, "volumes").cents[1] == 240_000
    assert line(public, "egress").cents[1] == 174_220
    assert line(public, "support").cents[1] == 316_127


@pytest.mark.parametrize(
    ("index", "private", "public"),
    [
        pytest.param(0, "421300.00", "0", id="W12-signature"),
        pytest.param(1, "29237.50", "55655.36", id="W12-month-1"),
        pytest.param(12, "50537.50", "55655.36", id="W12-prepaid-year-2"),
        pytest.param(13, "30114.62", "56003.92", id="W12-month-13"),
        pytest.param(25, "31018.06", "56362.94", id="W12-month-25"),
        pytest.param(36, "-49621.94", "56362.94", id="W12-residual"),
    ],
)
def test_w12_cash_of_a_month(result, index, private, public):
    for option, expected in zip(result.options, (private, public), strict=True):
        assert abs(option.monthly_cents[index] - int(D(expected) * 100)) <= 3


def test_w12_totals_and_years(result):
    private, public = result.options

    near(private.total_cents, "1467702.26")
    near(public.total_cents, "2016266.55")
    for cents, expected in zip(
        private.yearly_cents, ("421300", "372150", "382675.50", "291576.76"), strict=True
    ):
        near(cents, expected)
    for cents, expected in zip(
        public.yearly_cents, ("0", "667864.27", "672047.02", "676355.26"), strict=True
    ):
        near(cents, expected)


def test_w12_present_values(result):
    private, public = result.options

    near(private.present_value_cents, "1359060.92")
    near(public.present_value_cents, "1794082.84")
    near(result.versus[0].net_present_value_cents, "435021.92")
    assert round(result.versus[0].present_value_share, 4) == D("0.2425")


def test_w12_saving_and_break_even(result):
    versus = result.versus[0]

    near(versus.saving_cents, "548564.29")
    assert round(versus.saving_share * 100, 3) == D("27.207")
    assert (versus.break_even.first, versus.break_even.durable) == (17, 17)
    assert round(versus.break_even.interpolated, 4) == D("16.8509")
    assert versus.discounted_break_even.durable == 18
    assert round(versus.discounted_break_even.interpolated, 4) == D("17.8366")


def test_w12_rate_of_return(result):
    versus = result.versus[0]

    assert round(versus.internal_rate.monthly, 6) == D("0.051021")
    assert round(versus.internal_rate.annual, 4) == D("0.8169")
    assert round(versus.return_on_investment, 4) == D("1.3021")


def test_w12_cost_of_a_vm(result):
    private, public = result.options

    assert round(private.per_vm_month, 3) == D("135.898")
    assert round(public.per_vm_month, 3) == D("186.691")
    assert round(private.levelised_per_vm_month, 3) == D("141.377")
    assert round(public.levelised_per_vm_month, 3) == D("186.631")


def test_w9_block_storage():
    fleet = a_fleet(vms=D(200), volume_iops=D(4000), volume_mb_per_second=D(200))

    public = tco(w12(fleets=(fleet,), demand={"vms": D(200), "snapshot_share": D(1)})).options[1]

    first = {key: line(public, key).cents[1] for key in ("volumes", "iops", "throughput", "snapshots")}
    assert first == {"volumes": 160_000, "iops": 100_000, "throughput": 60_000, "snapshots": 100_000}


def test_w10_purchases_are_paid_the_lead_time_before_their_service():
    purchases = [(0, 9), (5, 1), (13, 1), (19, 1), (26, 1), (31, 1)]
    request = w12(
        purchases=tuple(Purchase(asset="node", count=n, in_service=a) for a, n in purchases),
        assumptions={"procurement_lead_months": D(2)},
    )

    bought = line(tco(request).private, "purchase.node")

    paid = {index: cents // 3_000_000 for index, cents in enumerate(bought.cents) if cents}
    assert paid == {0: 9, 3: 1, 11: 1, 17: 1, 24: 1, 29: 1}
    assert bought.total_cents == 42_000_000


def test_w11_refresh_and_residual_over_84_months():
    request = w12(
        purchases=(Purchase(asset="node", count=1),),
        assumptions={
            "horizon_months": D(84), "asset_life_months": D(60), "hardware_price_trend": D("-0.05"),
            "refresh_price_share": D("0.85"), "scrap_share": D("0.05"), "decommissioning_per_node": D(0),
            "warranty_months": D(120),
        },
    )  # fmt: skip
    asset = replace(request.private.assets[0], unit_price=D(100_000))

    private = tco(replace(request, private=replace(request.private, assets=(asset,)))).private

    assert line(private, "purchase.node").cents[0] == 10_000_000
    assert line(private, "refresh.node").cents[60] == 6_577_138
    assert line(private, "residual.node").cents[60] == -500_000
    assert line(private, "residual.node").cents[84] == -2_203_341


def test_a_life_as_long_as_the_horizon_is_not_refreshed():
    request = w12(assumptions={"horizon_months": D(60), "asset_life_months": D(60)})

    private = tco(request).private

    assert not any(found.key.startswith("refresh") for found in private.lines)
    assert line(private, "residual.node").cents[60] == -1_080_000  # 12 x 30,000 x 3%


def test_maintenance_starts_after_the_warranty():
    request = w12(assumptions={"warranty_months": D(24), "maintenance_rate": D("0.12")})

    found = line(tco(request).private, "maintenance").cents

    assert (found[24], found[25], found[36]) == (0, 360_000, 360_000)  # 360,000 x 12% / 12


def test_a_colocation_that_includes_energy_has_no_energy_line():
    assert not any(found.key == "energy" for found in tco(w12()).private.lines)


def test_a_negotiated_discount_leaves_support_on_gross():
    plain, cheaper = (tco(w12(assumptions={"negotiated_discount": D(n)})).options[1] for n in ("0", "0.15"))

    assert line(cheaper, "support") == line(plain, "support")
    near(line(cheaper, "negotiated").cents[1], str(round(D("-40875.33") * D("0.15"), 2)))
    assert (
        abs(
            tco(w12(assumptions={"negotiated_discount": D("0.15")})).versus[0].net_present_value_cents
            - 23_855_465
        )
        <= NEAR
    )  # W15


@pytest.mark.parametrize(
    ("assumptions", "npv"),
    [
        # The public team stays at 0.75 FTE when the private one changes, and the other way round.
        pytest.param({"private_fte_minimum": "1", "public_fte_share": "0.75"}, "690357.45", id="W15-private-staff-1"),
        pytest.param({"private_fte_minimum": "3", "public_fte_share": "0.25"}, "-330984.64", id="W15-private-staff-3"),
        pytest.param({"public_fte_share": "1"}, "818025.21", id="W15-public-staff-1.5"),
        pytest.param({"commitment_coverage": "0"}, "689333.05", id="W15-no-commitment"),
        pytest.param({"commitment_coverage": "0.8"}, "350251.55", id="W15-commitment-80"),
        pytest.param({"annual_discount_rate": "0.05"}, "474413.82", id="W15-rate-5"),
        pytest.param({"annual_discount_rate": "0.12"}, "387548.47", id="W15-rate-12"),
        pytest.param({"node_price_multiplier": "1.5"}, "287029.24", id="W15-node-price-150"),
        pytest.param({"node_price_multiplier": "0.8"}, "494219.00", id="W15-node-price-80"),
        pytest.param({"unexpired_life_value": "1"}, "490463.17", id="W15-residual-1"),
        pytest.param({"unexpired_life_value": "0"}, "379580.68", id="W15-residual-0"),
        pytest.param({"colocation_per_kw_month": "450"}, "484468.29", id="W15-colocation-4500"),
        pytest.param({"colocation_per_kw_month": "900"}, "336129.20", id="W15-colocation-9000"),
        pytest.param({"public_price_trend": "0.05"}, "502582.77", id="W15-trend-up"),
        pytest.param({"public_price_trend": "-0.05"}, "369619.58", id="W15-trend-down"),
    ],
)  # fmt: skip
def test_w15_one_assumption_at_a_time(assumptions, npv):
    changed = {key: D(value) for key, value in assumptions.items()}

    near(tco(w12(assumptions=changed)).versus[0].net_present_value_cents, npv)


def test_w15_machines_that_run_by_day():
    # W15 commits 60% of the whole fleet; coverage counts the always-on part, which is 60% here.
    fleet = a_fleet(always_on=D("0.6"), on_hours=D("0.3"))

    found = tco(w12(fleets=(fleet,), assumptions={"commitment_coverage": D(1)}))

    near(found.versus[0].net_present_value_cents, "11170.04")


@pytest.mark.parametrize(
    ("egress", "npv"),
    [
        pytest.param(60_000, "547069.76", id="W15-egress-60"),
        pytest.param(2_000, "381151.19", id="W15-egress-2"),
    ],
)
def test_w15_egress(egress, npv):
    near(tco(w12(demand={"egress_gb": D(egress)})).versus[0].net_present_value_cents, npv)


def test_w19_lines_in_another_currency_are_converted_before_they_are_posted():
    euro = Currency(code="EUR", per_usd=1 / D("1.08"), as_of=date(2026, 8, 14), source="W19")
    request = replace(w12(assumptions={"build_one_off": D(1_000)}), currency=euro)

    assert line(tco(request).private, "build").cents[0] == 92_593


def test_every_total_is_the_sum_of_what_was_posted(result):
    for option in result.options:
        total = sum(sum(found.cents) for found in option.lines)
        assert total == option.total_cents == sum(option.yearly_cents) == sum(option.category_cents.values())
        assert cumulative(option.monthly_cents)[-1] == total


def test_every_line_and_headline_explains_itself(result):
    for option in result.options:
        for key in ("total", "present_value", "per_vm_month", *(found.key for found in option.lines)):
            figure = result.figures[f"{option.id}.{key}"]
            assert figure.formula.startswith("tco.")
            assert figure.source
            assert figure.expression
            assert figure.inputs or figure.steps


def test_the_explained_month_one_is_the_posted_one(result):
    steps = result.figures["aws.instances.standard"].steps

    assert round(steps[-1].value, 2) == D("36733.13")
    assert round(result.figures["private.staff"].steps[-1].value, 2) == D("23237.50")


def test_a_service_without_a_price_is_left_out_and_said_so():
    services = {key: price for key, price in SERVICES.items() if key != "egress-gb"}
    request = w12()
    plan = replace(request.public[0], services=services)

    found = tco(replace(request, public=(plan,)))

    assert not any(part.key == "egress" for part in found.options[1].lines)
    assert any("internet egress" in notice.message for notice in found.notices)


def test_old_prices_are_named():
    found = tco(replace(w12(), priced_on=date(2026, 11, 24)))

    messages = [notice.message for notice in found.notices if notice.rule == "tco.FR17"]
    assert any("2026-07-20" in message for message in messages)


@pytest.mark.parametrize(
    ("assumptions", "field"),
    [
        ({"no_such_thing": D(1)}, "assumptions.no_such_thing"),
        ({"horizon_months": D(200)}, "assumptions.horizon_months"),
        ({"horizon_months": D("36.5")}, "assumptions.horizon_months"),
        ({"commitment_coverage": D("1.2")}, "assumptions.commitment_coverage"),
    ],
)
def test_an_impossible_assumption_is_named(assumptions, field):
    with pytest.raises(InvalidDocument) as refusal:
        tco(w12(assumptions=assumptions))

    assert refusal.value.problems[0].field == field


def test_a_question_survives_json():
    request = w12()

    assert read(TcoRequest, write(request)) == request


def test_zero_vms_and_zero_rates_are_ordinary():
    empty = tco(
        w12(
            fleets=(a_fleet(vms=D(0)),),
            demand={"vms": D(0), "egress_gb": D(0)},
            assumptions={"annual_discount_rate": D(0)},
        )
    )

    assert empty.options[1].per_vm_month == 0
    assert empty.options[0].present_value_cents == empty.options[0].total_cents


rates = st.decimals("-0.2", "0.4", places=3)


@settings(max_examples=25)
@given(rates, st.decimals("0.5", "2", places=2))
def test_a_dearer_server_never_makes_private_cheaper(growth, multiplier):
    base = w12(demand={"annual_growth": growth})
    dearer = replace(base, assumptions={**base.assumptions, "node_price_multiplier": 1 + multiplier})

    assert tco(dearer).versus[0].saving_cents <= tco(base).versus[0].saving_cents


@settings(max_examples=15)
@given(st.decimals("0.1", "10", places=3))
def test_another_currency_scales_every_line(per_usd):
    request = w12()
    other = tco(replace(request, currency=Currency(code="XTS", per_usd=per_usd)))

    for mine, theirs in zip(tco(request).options, other.options, strict=True):
        assert abs(theirs.total_cents - mine.total_cents * per_usd) <= len(mine.lines) * 37 * (1 + per_usd)
