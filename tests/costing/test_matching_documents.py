"""Matching through the calculator: the worked example W18, its working, and mistakes by field, value and remedy."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from costing.calculators import calculate, calculate_all
from costing.formulas import formulary
from tests.builders import a_user
from tests.costing.engine.test_matching import W18


def a_document(**fields):
    offers = [
        {
            "provider": "aws",
            "region": "us-east-1",
            "instance_type": offer.instance_type,
            "family": offer.family,
            "category": offer.category.value,
            "generation": offer.generation,
            "is_current": offer.is_current,
            "vcpus": offer.vcpus,
            "memory_gib": float(offer.memory_gib),
            "architecture": offer.architecture.value,
            "is_burstable": offer.is_burstable,
            "prices": [
                {
                    "term": "on-demand",
                    "price_model": "on-demand",
                    "usd_per_hour": float(offer.prices[0].usd_per_hour),
                    "basis": "observed",
                    "as_of": "2026-07-20",
                    "source": "domain notes, tco W18",
                }
            ],
        }
        for offer in W18
    ]
    requests = [{"name": "app", "vcpus": 4, "memory_gib": 14, "count": 10}]
    return {"requests": requests, "offers": offers, "policy": {"minimum_generation": 6}} | fields


def test_w18_is_answered_with_its_working():
    answer = calculate("matching", a_document())

    (row,) = answer["matches"]
    assert (row["offer"]["instance_type"], row["usd_per_hour"]) == ("m6a.xlarge", 0.1728)
    assert (row["runner_up"]["instance_type"], row["arm"]["instance_type"]) == ("m7i.xlarge", "m7g.xlarge")
    assert row["why"] == "Lowest price; next is m7i.xlarge at 0.2016, 16.7% dearer."
    assert row["usd_per_month"] == pytest.approx(0.1728 * 730 * 10)
    price = answer["figures"]["matching.1.price"]
    assert (price["formula"], price["value"]) == ("tco.M3", 0.1728)
    assert price["steps"][0]["working"] == "0.1728 + 0 x 4"
    assert price["inputs"][0]["source"] == "domain notes, tco W18, 2026-07-20, observed"
    assert answer["figures"]["matching.1.need"]["formula"] == "tco.M1"
    assert answer["figures"]["matching.quality.memory_over_provision"]["value"] == pytest.approx(2 / 14)
    assert "generation 6 or newer (burstable lines: their two newest)" in answer["policy_words"]


def test_w18_without_an_instance_is_an_answer_with_the_reason():
    answer = calculate("matching", a_document(requests=[{"name": "odd", "vcpus": 15, "memory_gib": 14}]))

    assert answer["matches"][0]["offer"] is None
    assert "Nearest: c7i.2xlarge" in answer["figures"]["matching.1.need"]["note"]
    assert answer["quality"]["unmatched"] == ["odd"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"requests": []}, "requests", id="no-requests"),
        pytest.param({"requests": [{"name": "a", "vcpus": 0, "memory_gib": 1}]}, "requests[0].vcpus", id="no-vcpu"),
        pytest.param({"requests": [{"name": "a", "vcpus": 1}]}, "requests[0].memory_gib", id="missing"),
        pytest.param({"policy": {"term": "forever"}}, "policy.term", id="unknown-term"),
        pytest.param({"policy": {"private_cpu_floor": 2}}, "policy.private_cpu_floor", id="floor-above-one"),
        pytest.param({"policy": {"cheapest": True}}, "policy.cheapest", id="unknown-field"),
        pytest.param({"offers": [a_document()["offers"][0] | {"vcpus": -1}]}, "offers[0].vcpus", id="bad-offer"),
        pytest.param(
            {"offers": [*a_document()["offers"], a_document()["offers"][0] | {"region": "eu-west-1"}]},
            "offers", id="two-regions",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_field_value_and_remedy(change, field):
    (error,) = calculate_all("matching", a_document(**change))["errors"]

    assert error["field"] == field
    assert error["message"]
    assert error["remedy"]


def test_the_command_answers_the_same(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.read", lambda: json.dumps(a_document()), raising=False)

    call_command("calculate", "matching")

    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(calculate("matching", a_document())))


@pytest.mark.django_db
def test_the_api_answers_the_same(client):
    client.force_login(a_user())

    answer = client.post("/api/v1/calculations/matching/", a_document(), content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["matches"][0]["offer"]["instance_type"] == "m6a.xlarge"


@pytest.mark.parametrize(
    ("change", "instance"),
    [
        pytest.param({}, "m6a.xlarge", id="W18-reference"),
        pytest.param({"minimum_generation": 7}, "m7i.xlarge", id="W18-generation-7"),
        pytest.param({"architectures": ["x86_64", "arm64"]}, "m7g.xlarge", id="W18-arm-allowed"),
        pytest.param({"allows_burstable": True}, "t3.xlarge", id="W18-burstable-allowed"),
        pytest.param({"cpu_factor": 0.5}, "r7i.large", id="W18-right-sized"),
        pytest.param({"vcpus": 15}, None, id="W18-none-feasible"),
    ],
)
def test_the_formula_of_the_cheapest_instance_knows_w18(change, instance):
    inputs = dict(formulary().find("tco.M3").example) | change

    answer = formulary().calculate({"formula": "tco.M3", "inputs": inputs})

    assert answer["results"]["instance"] == instance


def test_the_formula_of_feasibility_tells_why_each_offer_is_refused():
    inputs = dict(formulary().find("tco.M1").example)

    results = formulary().calculate({"formula": "tco.M1", "inputs": inputs})["results"]

    assert results["feasible"] == ["m6a.xlarge", "m7i.xlarge", "c7i.2xlarge"]
    assert results["refused"] == {
        "t3.xlarge": "is burstable",
        "m5.xlarge": "is of generation 5, not 6 or newer",
        "m7g.xlarge": "is arm64",
        "r7i.large": "is too small",
    }


def test_the_formula_of_quality_weights_by_count():
    inputs = dict(formulary().find("tco.M7").example)

    results = formulary().calculate({"formula": "tco.M7", "inputs": inputs})["results"]

    assert results["vcpu_over_provision_ratio"] == pytest.approx(3 / 17)
    assert results["memory_over_provision_ratio"] == pytest.approx(15 / 65)
    assert results["close_match_ratio"] == pytest.approx(3 / 5)
    assert results["unmatched_vms"] == 1


def test_the_formula_of_right_sizing_multiplies_percentile_and_comfort():
    inputs = {"vcpus": 8, "memory_gib": 32, "cpu_utilisation": [0.5], "memory_utilisation": [0.4, 0.6]}

    results = formulary().calculate({"formula": "tco.M8", "inputs": inputs})["results"]

    assert Decimal(str(results["vcpus"])) == Decimal("5.2")
    assert results["memory_gib"] == pytest.approx(32 * 0.59 * 1.3)


@pytest.mark.parametrize(
    ("formula", "inputs", "field"),
    [
        pytest.param("tco.M3", {"offers": 5}, "inputs.offers", id="offers-not-rows"),
        pytest.param("tco.M3", {"offers": [{"name": "a", "vcpus": 1, "memory_gib": 1}]}, "inputs.offers[0].usd_per_hour", id="no-price"),
        pytest.param("tco.M3", {"architectures": ["ppc"]}, "inputs.architectures", id="architecture"),
        pytest.param("tco.M7", {"machines": [{"vcpus": 2, "memory_gib": 2, "instance_vcpus": 1, "instance_memory_gib": 2}]}, "inputs.machines[0]", id="too-small"),
        pytest.param("tco.M8", {"cpu_utilisation": [1.5]}, "inputs.cpu_utilisation[0]", id="load-above-one"),
    ],
)  # fmt: skip
def test_a_bad_input_of_a_formula_is_named(formula, inputs, field):
    known = dict(formulary().find(formula).example) | inputs

    error = calculate_all("formula", {"formula": formula, "inputs": known})["errors"][0]

    assert error["field"] == field
    assert error["remedy"]
