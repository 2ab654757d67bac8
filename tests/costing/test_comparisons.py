"""From a design to a stored comparison: services, pages, access."""

from __future__ import annotations

import csv
import io
import itertools
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Role
from catalog.engine.documents import write
from config.errors import Forbidden, Invalid
from costing import charts, services
from costing.engine.tco import tco
from costing.models import Comparison
from designer import services as designer_services
from designer.engine.workload import VmProfile, Workload
from tests.builders import a_membership, a_user

pytestmark = pytest.mark.django_db


def compared(design, user):
    revision = designer_services.freeze_revision(design=design, user=user)
    return services.compare_revision(revision, report=lambda *_: None)


def option(comparison, provider):
    return next(o for o in comparison.result["tco"]["options"] if o["id"].startswith(provider))


def test_a_design_that_names_no_cloud_is_compared_with_three_near_its_customer(comparison):
    options = comparison.result["tco"]["options"]

    assert [o["name"] for o in options] == ["Private cloud", "AWS", "Azure", "Google Cloud"]
    assert [book["region"][:2] for book in comparison.price_books] == [
        "eu",
        "we",
        "eu",
    ]  # for a German customer


def test_the_ledgers_can_be_posted_again_from_what_is_stored(comparison):
    again = write(tco(services.question_of(comparison)))

    for stored, posted in zip(comparison.result["tco"]["options"], again["options"], strict=True):
        assert posted["lines"] == stored["lines"]
        assert posted["total_cents"] == stored["total_cents"]


def test_every_cent_is_in_a_year_a_subject_and_a_line(comparison):
    for found in comparison.result["tco"]["options"]:
        lines = sum(sum(line["cents"]) for line in found["lines"])
        assert (
            lines
            == found["total_cents"]
            == sum(found["yearly_cents"])
            == sum(found["category_cents"].values())
        )


def test_hardware_grows_with_demand_and_never_shrinks(comparison):
    months = comparison.result["months"]

    assert len(months) == 60
    assert months[-1]["compute"] > months[0]["compute"]
    for before, after in itertools.pairwise(months):
        assert all(
            after[key] >= before[key] for key in ("control", "compute", "storage", "racks", "switches")
        )


def test_every_profile_has_an_instance_with_a_dated_price(comparison):
    for match in comparison.result["matches"]:
        assert match["is_compared"]
        for choice in match["choices"]:
            assert choice["instance_vcpus"] >= choice["vcpus"]
            assert choice["instance_memory_gib"] >= choice["memory_gib"]
            assert choice["usd_per_hour"] > 0
            assert choice["as_of"]
            assert choice["source"]


def test_a_commitment_of_the_price_list_is_no_dearer_than_on_demand(comparison):
    for plan in services.question_of(comparison).public:
        for fleet in plan.fleets:
            for price in (fleet.one_year, fleet.three_years):
                assert price is None or price <= fleet.on_demand


def test_the_same_design_is_compared_once(design, price_books, architect):
    first, second = compared(design, architect), compared(design, architect)

    assert first.pk == second.pk
    assert services.current_comparison(design) == first


def test_a_comparison_never_changes(comparison):
    with pytest.raises(TypeError):
        comparison.save()


def test_a_changed_assumption_makes_the_comparison_old(design, price_books, architect):
    first = compared(design, architect)

    changed = services.change_assumptions(
        design=design,
        parts={"assumptions": {"private_fte_minimum": 1}},
        based_on=design.version,
        user=architect,
    )

    assert services.current_comparison(changed) is None
    assert services.latest_comparison(changed) == first
    second = compared(changed, architect)
    assert option(second, "private")["total_cents"] < option(first, "private")["total_cents"]
    assert services.current_comparison(changed) == second


def test_euros_are_dollars_at_one_dated_rate(design, price_books, architect):
    dollars = compared(design, architect)
    changed = services.change_assumptions(
        design=design, parts={"cost": {"currency": "EUR"}}, based_on=design.version, user=architect
    )

    euros = compared(changed, architect)

    rate = euros.result["tco"]["currency"]
    assert (rate["code"], rate["as_of"]) == ("EUR", "2026-08-14")
    ratio = Decimal(option(euros, "aws")["total_cents"]) / option(dollars, "aws")["total_cents"]
    assert round(ratio, 5) == round(1 / Decimal("1.1567"), 5)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        pytest.param({"assumptions": {"made_up": 1}}, "assumptions.made_up", id="unknown assumption"),
        pytest.param({"assumptions": {"pb_per_fte": 0}}, "assumptions.pb_per_fte", id="out of bounds"),
        pytest.param({"assumptions": {"salary": "much"}}, "assumptions.salary", id="not a number"),
        pytest.param({"cost": {"currency": "DOGE"}}, "cost.currency", id="wrong currency"),
        pytest.param({"cost": {"facility": "moon"}}, "cost.facility", id="unknown site"),
        pytest.param({"clouds": [{"provider": "aws", "region": "moon-1"}]}, "clouds[0].region", id="unknown region"),
        pytest.param({"clouds": [{"provider": "acme", "region": "x"}]}, "clouds[0].provider", id="unknown provider"),
    ],
)  # fmt: skip
def test_an_impossible_choice_names_the_field_and_stores_nothing(
    design, price_books, architect, parts, field
):
    def choose_and_compare():
        changed = services.change_assumptions(
            design=design, parts=parts, based_on=design.version, user=architect
        )
        services.request_comparison(design=changed, user=architect)

    with pytest.raises(Invalid) as refusal:
        choose_and_compare()

    assert refusal.value.problems[0].field == field
    assert refusal.value.problems[0].remedy
    assert not Comparison.objects.exists()


def test_a_vm_larger_than_any_host_is_refused(design, price_books, architect):
    workload = Workload(
        profiles=(VmProfile(id="huge", name="Huge", count=1, vcpus=8, ram_gib=Decimal(4000)),)
    )

    with pytest.raises(Invalid, match="Huge"):
        designer_services.change_part(
            design=design, part="workload", value=workload, based_on=design.version, user=architect
        )

    assert not Comparison.objects.exists()


def test_a_cloud_without_a_feasible_instance_is_left_out_and_said_so(design, price_books, architect):
    profiles = (
        VmProfile(id="small", name="Small", count=10, vcpus=2, ram_gib=Decimal(4)),
        VmProfile(id="wide", name="Wide", count=1, vcpus=100, ram_gib=Decimal(64)),
    )
    changed = designer_services.change_part(
        design=design,
        part="workload",
        value=Workload(profiles=profiles),
        based_on=design.version,
        user=architect,
    )
    policies = {"cpu_allocation_ratio": 8}
    changed = designer_services.change_part(
        design=changed, part="policies", value=policies, based_on=changed.version, user=architect
    )

    found = compared(changed, architect)

    assert [o["id"] for o in found.result["tco"]["options"]] == ["private"]
    assert not any(match["is_compared"] for match in found.result["matches"])
    assert sum("left out" in notice["message"] for notice in found.result["tco"]["notices"]) == 3


def test_a_catalog_manager_may_not_compare(design, price_books, team):
    manager = a_membership(team=team, role=Role.CATALOG_MANAGER).user

    with pytest.raises(Forbidden):
        services.request_comparison(design=design, user=manager)


def test_strangers_see_no_comparison(comparison):
    assert not Comparison.objects.visible_to(a_user()).exists()


def test_the_page_says_who_wins_and_explains_each_total(signed_in, comparison, design):
    page = signed_in.get(reverse("costing:comparison", args=[design.pk])).content.decode()

    assert comparison.result["headline"] in page
    for found in comparison.result["tco"]["options"]:
        assert f"{found['total_cents'] / 100:,.0f}" in page
    assert page.count('<svg role="img"') == len(charts.keys_for(comparison.result))
    assert "What a reviewer asks" in page


def test_the_page_without_a_comparison_offers_one(signed_in, design, price_books):
    page = signed_in.get(reverse("costing:comparison", args=[design.pk])).content.decode()

    assert "Not compared yet" in page
    assert reverse("costing:comparison-start", args=[design.pk]) in page


def test_saved_assumptions_start_a_comparison(signed_in, design, price_books):
    address = reverse("costing:assumptions", args=[design.pk])
    data = {
        "version": design.version,
        "private_fte_minimum": "2",
        "cloud-aws": "us-east-1",
        "currency": "EUR",
        "facility": "own",
    }

    response = signed_in.post(address, data)

    assert response.status_code == 302
    design.refresh_from_db()
    assert design.document["assumptions"] == {"private_fte_minimum": 2}
    assert design.document["clouds"] == [{"provider": "aws", "region": "us-east-1"}]
    assert design.document["cost"] == {"currency": "EUR", "facility": "own"}


def test_a_wrong_assumption_keeps_what_was_typed(signed_in, design, price_books):
    address = reverse("costing:assumptions", args=[design.pk])

    response = signed_in.post(address, {"version": design.version, "commitment_coverage": "7"})

    assert response.status_code == 400
    page = response.content.decode()
    assert 'value="7"' in page
    assert "between 0 and 1" in page
    design.refresh_from_db()
    assert design.document["assumptions"] == {}


def test_the_ledger_as_csv_adds_up(signed_in, comparison):
    response = signed_in.get(reverse("costing:ledger-csv", args=[comparison.pk]))

    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    for found in comparison.result["tco"]["options"]:
        total = sum(Decimal(row["amount_usd"]) for row in rows if row["option"] == found["name"])
        assert total == Decimal(found["total_cents"]).scaleb(-2)


def test_a_chart_in_the_browser_is_the_chart_of_the_server(signed_in, comparison):
    for key in charts.keys_for(comparison.result):
        spec = signed_in.get(reverse("costing:chart", args=[comparison.pk, key])).json()
        assert spec == charts.specification(comparison.result, key)
        assert "var(--sw-" in charts.screen_svg(comparison.result, key, "Title") or key in (
            "growth",
            "waterfall",
        )


def test_the_bars_of_the_waterfall_sum_to_the_difference(comparison):
    steps = charts.specification(comparison.result, "waterfall")["data"]["values"]

    first, *changes, last = steps
    assert round(first["end"] + sum(s["end"] - s["start"] for s in changes), 2) == round(last["end"], 2)
