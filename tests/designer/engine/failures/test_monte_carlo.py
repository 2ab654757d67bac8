"""Simulated availability: held to closed forms, to the cut sets, and to itself."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from designer.engine.failures.availability import at_least, series
from designer.engine.failures.monte_carlo import BATCHES, Component, simulate_years, years_for
from designer.engine.failures.rank import by_chance, rank
from tests.designer.engine.failures.builders import a_plant, a_rack

ONE_RACK = (a_rack(control=3, compute=10, storage=3),)


def parts(count, failures_per_year="0.5", repair_hours=200):
    return [
        Component(name=f"c{n}", failures_per_year=Decimal(failures_per_year), repair_hours=Decimal(repair_hours))
        for n in range(count)
    ]  # fmt: skip


def up_share(component):
    """MTBF / (MTBF + MTTR), the time between failures counted from repair to failure."""
    up = 8760 / component.failures_per_year
    return up / (up + component.repair_hours)


def run(components, needed, **fields):
    def down(failed):
        return frozenset({"top"}) if len(components) - len(failed) < needed else frozenset()

    (found,) = simulate_years(components, down, ("top",), **{"years": 40_000, **fields})
    return found


@pytest.mark.parametrize(
    ("count", "needed"),
    [
        pytest.param(1, 1, id="one"),
        pytest.param(3, 3, id="three in series"),
        pytest.param(2, 1, id="pair"),
        pytest.param(3, 2, id="2 of 3"),
        pytest.param(5, 3, id="3 of 5"),
    ],
)
def test_years_of_equal_components_agree_with_the_closed_form(count, needed):
    components = parts(count)

    found = run(components, needed)

    exact = (1 - at_least(needed, count, up_share(components[0]))) * 525_600
    assert found.minutes_low <= exact <= found.minutes_high
    assert found.minutes_per_year == pytest.approx(exact, rel=Decimal("0.15"))


def test_years_of_unlike_components_in_series_agree_with_the_product():
    components = [*parts(1), Component(name="x", failures_per_year=Decimal(4), repair_hours=Decimal(12))]

    found = run(components, 2)

    exact = (1 - series([up_share(component) for component in components])) * 525_600
    assert found.minutes_low <= exact <= found.minutes_high


def test_one_seed_gives_one_answer_in_any_order_and_another_seed_another():
    components = parts(4)

    assert run(components, 3) == run(components[::-1], 3)
    assert run(components, 3) != run(components, 3, seed=8)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    components = parts(3)
    exact = (1 - at_least(2, 3, up_share(components[0]))) * 525_600

    hits = sum(
        found.minutes_low <= exact <= found.minutes_high
        for found in (run(components, 2, years=2_000, seed=seed) for seed in range(100))
    )

    assert 88 <= hits <= 100  # 95 of 100, give or take three standard errors


def test_with_no_outage_seen_the_interval_ends_at_the_rule_of_three():
    found = run(parts(2, "0.001", 1), 1, years=1_000)

    assert (found.outages, found.minutes_per_year, found.minutes_low) == (0, 0, 0)
    assert found.minutes_high == pytest.approx(Decimal(3 * 60) / 1_000)


def test_what_never_fails_is_never_down():
    assert run(parts(2, "0"), 2).minutes_per_year == 0
    assert run([], 0).minutes_per_year == 0


def test_more_failures_a_year_need_fewer_years():
    few, many = years_for(parts(20)), years_for(parts(400))

    assert few > many
    assert few % BATCHES == many % BATCHES == 0


def test_it_stops_where_whoever_asked_does_not_want_it_any_more():
    class Cancelled(Exception):
        pass

    def report(share, text):
        if share >= 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(parts(3), 2, report=report)


@cache
def cut_sets(racks):
    return {a.event: a for a in rank(a_plant(racks) if racks else a_plant(), with_pairs=True).availability}


@pytest.mark.parametrize("event", ["control", "storage", "north-south"])
def test_devices_of_the_mid_size_design_agree_with_its_cut_sets(event):
    found = {s.event: s for s in by_chance(a_plant(), kinds=("device",))}[event]

    assert found.outages > 100
    assert found.minutes_low <= cut_sets(None)[event].minutes_per_year <= found.minutes_high


def test_with_one_rack_both_say_that_the_rack_dominates():
    ranking = rank(a_plant(ONE_RACK), with_pairs=True)

    for told, simulated in zip(ranking.availability, ranking.simulated, strict=True):
        assert told.event == simulated.event
        assert simulated.minutes_low <= told.minutes_per_year <= simulated.minutes_high
        assert simulated.minutes_per_year == pytest.approx(Decimal("7.2"), abs=Decimal("0.25"))


def test_racks_and_feeds_beside_devices_add_what_cut_sets_of_devices_leave_out():
    # A rack and a control node of another: 3 x 2 x 1.37e-5 x 2.19e-4; a rack and the other spine: 2 x 1.37e-5 x 2.74e-4.
    mixed = (
        6 * Decimal("1.37e-5") * Decimal("2.19e-4") + 2 * Decimal("1.37e-5") * Decimal("2.74e-4")
    ) * 525_600

    control = {s.event: s for s in by_chance(a_plant())}["control"]

    assert control.minutes_low <= cut_sets(None)["control"].minutes_per_year + mixed <= control.minutes_high
