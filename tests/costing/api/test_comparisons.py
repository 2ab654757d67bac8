"""Comparisons over REST."""

from __future__ import annotations

from uuid import uuid4

import pytest

from costing.models import Comparison
from jobs.models import Job
from tests.builders import a_team, a_user

pytestmark = pytest.mark.django_db


def test_asking_for_a_comparison_answers_with_its_job(signed_in, design, price_books):
    answer = signed_in.post(
        "/api/v1/comparisons/", {"design": str(design.pk)}, content_type="application/json"
    )

    assert answer.status_code == 202
    job = Job.objects.get()
    assert (job.kind, answer.headers["Location"]) == ("costing.compare_revision", f"/api/v1/jobs/{job.pk}/")


def test_a_comparison_is_read_whole(signed_in, comparison):
    listed = signed_in.get("/api/v1/comparisons/").json()["results"]
    found = signed_in.get(f"/api/v1/comparisons/{comparison.pk}/").json()

    assert [item["id"] for item in listed] == [str(comparison.pk)]
    assert listed[0]["headline"] == comparison.result["headline"]
    assert found["result"] == comparison.result
    assert found["request"] == comparison.request


def test_the_stored_question_is_a_document_of_the_calculator(signed_in, comparison):
    answer = signed_in.post(
        "/api/v1/calculations/tco/", comparison.request, content_type="application/json"
    ).json()

    stored = comparison.result["tco"]["options"]
    assert [o["total_cents"] for o in answer["options"]] == [o["total_cents"] for o in stored]


def test_the_ledger_adds_up(signed_in, comparison):
    lines = signed_in.get(f"/api/v1/comparisons/{comparison.pk}/ledger/").json()

    for option in comparison.result["tco"]["options"]:
        assert sum(sum(x["cents"]) for x in lines if x["option"] == option["id"]) == option["total_cents"]


def test_a_stranger_cannot_compare_what_is_hidden(client, comparison, design):
    stranger = a_user()
    a_team(members=[stranger])
    client.force_login(stranger)

    assert client.get(f"/api/v1/comparisons/{comparison.pk}/").status_code == 404
    for pk in (design.pk, uuid4()):
        answer = client.post("/api/v1/comparisons/", {"design": str(pk)}, content_type="application/json")
        assert answer.status_code == 400
    assert Comparison.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"demand": {"vms": -1}}, "demand.vms", id="negative count"),
        pytest.param({"demand": {"vms": 10**12}}, "demand.vms", id="a million million VMs"),
        pytest.param({"assumptions": {"horizon_months": 3}}, "assumptions.horizon_months", id="short horizon"),
        pytest.param({"currency": {"code": "EURO", "per_usd": 1}}, "currency.code", id="wrong currency"),
        pytest.param({"currency": {"code": "USD", "per_usd": 2}}, "currency.per_usd", id="a dollar is a dollar"),
        pytest.param({"private": {"assets": [], "purchases": [{"asset": "x", "count": 1}]}}, "private.purchases[0].asset", id="dangling asset"),
        pytest.param({"colour": "red"}, "colour", id="unknown field"),
    ],
)  # fmt: skip
def test_a_bad_question_is_refused_by_field(signed_in, change, field):
    document = {
        "demand": {"vms": 10},
        "private": {"assets": [], "purchases": []},
        "priced_on": "2026-11-24",
        **change,
    }

    answer = signed_in.post("/api/v1/calculations/tco/", document, content_type="application/json")

    assert answer.status_code == 400
    problem = answer.json()["errors"][0]
    assert problem["field"] == field
    assert problem["remedy"]


def test_not_a_number_is_refused(signed_in):
    body = '{"demand": {"vms": NaN}, "private": {"assets": [], "purchases": []}, "priced_on": "2026-11-24"}'

    answer = signed_in.post("/api/v1/calculations/tco/", body, content_type="application/json")

    assert answer.status_code == 400
