"""The growth page and its answer over REST: months, orders, charts, edits, refusals."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from accounts.models import Role
from designer import growth_services, services
from designer.engine.growth import HORIZON_KEY, LEAD_KEY
from jobs.models import Job
from tests.builders import a_membership, a_user

pytestmark = pytest.mark.django_db


def page(design):
    return reverse("designer:design-growth", args=(design.pk,))


def saved(signed_in, design, **values):
    data = {"version": design.version, "annual_growth_rate": "30", "horizon_months": "48", "lead_months": "6"}
    return signed_in.post(page(design), data | values)


def test_the_page_tells_months_orders_and_reasons(signed_in, design):
    answer = growth_services.growth_of(services.document_of(design))

    text = signed_in.get(page(design)).content.decode()

    assert f"{len([o for o in answer.orders if o.ordered])} orders follow" in text
    assert text.count("<figure data-chart=") == 4
    assert text.count('<th scope="row"') >= 60 + len(answer.orders)
    assert "Compute nodes" in text
    assert "RAM" in text
    first = answer.orders[0]
    assert f"{first.total.typical:,.0f}" in text


def test_the_table_says_what_the_chart_draws(signed_in, design):
    address = reverse("designer:design-growth-chart", args=(design.pk, "ram"))
    answer = growth_services.growth_of(services.document_of(design))

    spec = signed_in.get(address).json()

    drawn = {(v["month"], v["kind"]): v["amount"] for v in spec["data"]["values"]}
    for month in answer.months:
        level = next(level for level in month.levels if level.resource == "ram")
        assert drawn[month.month, "Capacity"] == pytest.approx(float(level.capacity), abs=0.001)
        assert drawn[month.month, "Demand"] == pytest.approx(float(level.demand), abs=0.001)


def test_a_chart_of_nothing_asked_for_is_not_found(signed_in, design):
    assert signed_in.get(reverse("designer:design-growth-chart", args=(design.pk, "gpus"))).status_code == 404


def test_growth_horizon_and_lead_time_are_saved_as_one_edit(signed_in, design):
    version = design.version

    answer = saved(signed_in, design)

    assert answer.status_code == 302
    design.refresh_from_db()
    document = services.document_of(design)
    assert design.version == version + 1
    assert str(document.workload.annual_growth_rate) == "0.3"
    assert {key: int(value) for key, value in document.assumptions.items()} == {HORIZON_KEY: 48, LEAD_KEY: 6}
    assert len(growth_services.growth_of(document).months) == 48


def test_the_usual_values_leave_no_assumption_behind(signed_in, design):
    saved(signed_in, design)
    design.refresh_from_db()

    saved(signed_in, design, horizon_months="60", lead_months="3")

    design.refresh_from_db()
    assert services.document_of(design).assumptions == {}


def test_a_sized_design_is_sized_again_when_its_growth_changes(signed_in, design, architect):
    services.size_revision(services.freeze_revision(design=design, user=architect), report=lambda *_: None)
    design.refresh_from_db()

    saved(signed_in, design, annual_growth_rate="55")

    assert Job.objects.filter(subject_id=str(design.pk)).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("horizon_months", "96"),
        ("horizon_months", ""),
        ("lead_months", "2.5"),
        ("annual_growth_rate", "much"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(signed_in, design, field, value):
    answer = saved(signed_in, design, **{field: value})

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Nothing was saved" in text
    assert f'id="{field}-error"' in text
    assert re.search(rf'name="{field}"[^>]*value="{re.escape(value)}"', text)
    version = design.version
    design.refresh_from_db()
    assert design.version == version


def test_a_form_from_an_older_version_is_refused_with_the_input_kept(signed_in, design):
    answer = saved(signed_in, design, version=design.version + 5, lead_months="9")

    assert answer.status_code == 412
    assert 'value="9"' in answer.content.decode()


def test_an_assumption_out_of_bounds_is_told_instead_of_the_months(signed_in, design, architect):
    services.change_part(
        design=design, part="assumptions", value={HORIZON_KEY: 600}, based_on=design.version, user=architect
    )

    text = signed_in.get(page(design)).content.decode()

    assert "The months cannot be worked out" in text
    assert "horizon_months" in text


def test_a_reader_sees_no_button(client, design, team):
    reader = a_user()
    a_membership(team=team, user=reader, role=Role.CATALOG_MANAGER)
    client.force_login(reader)

    assert 'type="submit">Save<' not in client.get(page(design)).content.decode()
    assert client.post(page(design), {"version": design.version, "annual_growth_rate": "1", "horizon_months": "60", "lead_months": "3"}).status_code == 403  # fmt: skip


def test_over_rest_it_is_the_same_answer(signed_in, design):
    answer = signed_in.get(reverse("api:design-growth", args=(design.pk,)))

    body = json.loads(answer.content)
    assert answer.headers["ETag"] == f'"{body["version"]}"'
    assert len(body["growth"]["months"]) == 60
    assert body["growth"]["orders"][0]["reasons"][0]["what"]
