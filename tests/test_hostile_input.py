"""What nobody should send: refused with field, value and remedy, nothing stored, and never a fault of ours."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.engine.documents import InvalidDocument, write
from catalog.library import load_library
from costing.calculators import calculate
from costing.formulas import formulary
from designer.engine.workload import Policies
from designer.models import ChangeSet, Customer, Design
from jobs.models import Job

JSON = "application/json"


def a_profile(**changes):
    return {"id": "a", "name": "A", "count": 10, "vcpus": 2, "ram_gib": 8, "disk_gb": 100, **changes}


def stored():
    designs = [(d.version, d.document) for d in Design.objects.order_by("pk")]
    return designs, ChangeSet.objects.count(), Customer.objects.count(), Job.objects.count()


def refusal(answer, field, value):
    """The one error of a refused request; checks what every refusal has."""
    assert answer.status_code == 400, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    problem = next(p for p in answer.json()["errors"] if p["field"] == field)
    assert problem["value"] == value
    assert problem["message"]
    assert problem["remedy"]
    return problem


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("profile", "field", "value"),
    [
        pytest.param({"count": -1}, "count", -1, id="negative count"),
        pytest.param({"count": 10**12}, "count", 10**12, id="a million million VMs"),
        pytest.param({"count": 1.5}, "count", 1.5, id="half a VM"),
        pytest.param({"count": "NaN"}, "count", "NaN", id="NaN as text"),
        pytest.param({"count": "10"}, "count", "10", id="a number as text"),
        pytest.param({"count": True}, "count", True, id="true is no number"),
        pytest.param({"count": None}, "count", None, id="null"),
        pytest.param({"count": ""}, "count", "", id="empty"),
        pytest.param({"ram_gib": -8}, "ram_gib", -8, id="negative RAM"),
        pytest.param({"ram_gib": 0}, "ram_gib", 0, id="no RAM"),
        pytest.param({"ram_gib": 496}, "ram_gib", 496.5, id="RAM of more than a host, with its overhead"),
        pytest.param({"vcpus": 1000}, "vcpus", 1000, id="vCPUs of more than a host"),
        pytest.param({"vcpus": 10**400}, "vcpus", None, id="a number of 400 digits"),
        pytest.param({"disk_gb": 1e15}, "disk_gb", str(10.0**15), id="an exabyte a VM"),
        pytest.param({"always_on_share": 1.01}, "always_on_share", 1.01, id="more than always"),
        pytest.param({"name": "a\u0000b"}, "name", None, id="a character that nothing can store"),
    ],
)
def test_an_impossible_workload_is_refused_wherever_it_comes(
    signed_in,
    design,
    customer,
    profile,
    field,
    value,
):
    workload = {"profiles": [a_profile(**profile)]}
    new = {"customer": str(customer.pk), "name": "N", "reference_design": "rd-mid", "workload": workload}
    before = stored()

    created = signed_in.post("/api/v1/designs/", new, content_type=JSON)
    changed = signed_in.put(
        f"/api/v1/designs/{design.pk}/workload/", workload, content_type=JSON, headers={"If-Match": '"1"'}
    )

    for answer in (created, changed):
        assert answer.status_code == 400, answer.content[:300]
        problems = {p["field"].removeprefix("workload."): p for p in answer.json()["errors"]}
        problem = problems[f"profiles[0].{field}"]
        assert problem["remedy"]
        if value is not None or profile[field] is None:
            assert problem["value"] == value
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_number_that_json_does_not_have_is_refused(signed_in, design, literal):
    before = stored()
    body = json.dumps({"profiles": [a_profile()]}).replace('"count": 10', f'"count": {literal}')

    answer = signed_in.put(
        f"/api/v1/designs/{design.pk}/workload/", body, content_type=JSON, headers={"If-Match": '"1"'}
    )

    assert refusal(answer, "", literal)["message"].startswith(literal)
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "body", "field", "value"),
    [
        pytest.param("clouds", [{"provider": "aws", "region": "moon-1"}], "clouds[0].region", "moon-1", id="region"),
        pytest.param("clouds", [{"provider": "acme", "region": "x"}], "clouds[0].provider", "acme", id="provider"),
        pytest.param("cost", {"currency": "DOGE"}, "cost.currency", "DOGE", id="currency"),
        pytest.param("hardware", {"compute": "abacus"}, "hardware.compute", "abacus", id="hardware"),
        pytest.param("hardware", {"compute": "leaf"}, "hardware.compute", "leaf", id="a switch as server"),
        pytest.param("policies", {"replicas": 99}, "policies.replicas", 99, id="replicas"),
        pytest.param("policies", {"spare_hosts": 10**6}, "policies.spare_hosts", 10**6, id="optional numbers have bounds"),
        pytest.param("policies", {"bogus": 1}, "policies.bogus", 1, id="unknown field"),
    ],
)  # fmt: skip
def test_what_the_catalog_does_not_have_is_refused(
    signed_in,
    design,
    price_books,
    part,
    body,
    field,
    value,
):
    before = stored()
    if isinstance(body, dict):
        if value == "leaf":
            body, value = (
                {"compute": design.document["hardware"]["leaf"]},
                design.document["hardware"]["leaf"],
            )
        body = {**design.document[part], **body}

    answer = signed_in.put(
        f"/api/v1/designs/{design.pk}/{part}/", body, content_type=JSON, headers={"If-Match": '"1"'}
    )

    refusal(answer, field, value)
    assert stored() == before


def without_rack(drawing):
    drawing["racks"] = drawing["racks"][1:]


def to_nowhere(drawing):
    drawing["links"][0]["a"]["element"] = "nowhere"


def with_unknown_model(drawing):
    drawing["nodes"][0]["spec"] = "abacus"


def with_two_of_one_id(drawing):
    drawing["nodes"][1]["id"] = drawing["nodes"][0]["id"]


def in_unknown_network(drawing):
    drawing["links"][0]["networks"] = ["aether"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spoil", [without_rack, to_nowhere, with_unknown_model, with_two_of_one_id, in_unknown_network]
)
def test_a_drawing_with_dangling_references_is_refused(signed_in, design, spoil):
    before = stored()
    drawing = copy.deepcopy(design.document["topology"])
    spoil(drawing)

    answer = signed_in.put(
        f"/api/v1/designs/{design.pk}/topology/", drawing, content_type=JSON, headers={"If-Match": '"1"'}
    )

    assert answer.status_code == 400
    for problem in answer.json()["errors"]:
        assert problem["field"].startswith("topology")
        assert problem["message"]
        assert problem["remedy"]
    assert stored() == before


# The engines under every wrong value in every place -----------------------------------------------------------
VALUES = [
    None, True, False, "", "NaN", "rack", [], {}, [None], [0] * 3, -1, 0, 1, 2, 3, 0.001, 0.1, 0.5, 0.9, 1.5, -0.9, 7, 16,
    64, 100, 512, 1000, 10**4, 10**6, 10**7, 10**9, 10**12, 10**15, -(10**12), 1e-12, 10**400,
]  # fmt: skip


def places(document, path=()):
    """Every place in `document`, as a path of keys and indices."""
    inside = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document[:2])
        if isinstance(document, list)
        else ()
    )
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def put(document, path, value):
    *way, last = path
    for key in way:
        document = document[key]
    document[last] = value


def a_sizing():
    document = {
        "workload": {"profiles": [a_profile(count=300), a_profile(id="b", ram_gib=32)]},
        "policies": write(Policies()),
        "hardware": write(load_library().selection_for("rd-mid")),
    }
    counts = ("control", "compute", "storage", "racks", "leaves", "spines", "oob_switches", "pdus")
    document["at_least"] = dict.fromkeys(counts, 0)
    return document


SIZING = a_sizing()
PLACES = [
    place for place in places(SIZING) if "price" not in place and place not in (("at_least",), ("hardware",))
]


def answered_or_refused(kind, document):
    """A calculator gives an answer of finite numbers, or says what is wrong; anything else raises here."""
    try:
        answer = calculate(kind, document)
    except InvalidDocument as refused:
        assert refused.problems
        assert all(problem.message and problem.remedy for problem in refused.problems)
    else:
        json.dumps(answer, allow_nan=False)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), min_size=1, max_size=3))
def test_a_sizing_with_wrong_values_is_answered_or_refused(spoiled):
    document = copy.deepcopy(SIZING)
    for place, value in sorted(spoiled, key=lambda pair: len(pair[0]), reverse=True):
        put(document, place, copy.deepcopy(value))

    answered_or_refused("sizing", document)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(("workload", "profiles", 0, "count"), 10**7, id="the most VMs that a profile takes"),
        pytest.param(("workload", "profiles", 0, "disk_gb"), 10**6, id="a petabyte for each VM"),
        pytest.param(("hardware", "rack", "rack_units"), 2, id="a rack without room"),
        pytest.param(("hardware", "rack", "max_load_kg"), 0, id="a rack that carries nothing"),
        pytest.param(("hardware", "leaf", "ports", 0, "count"), 0, id="a switch without ports"),
        pytest.param(("hardware", "compute", "local_disk_gb"), 1, id="a disk larger than the host's"),
        pytest.param(("hardware", "compute", "rack_units"), 10**6, id="a server of a million units"),
        pytest.param(("policies", "spare_hosts"), 10**7, id="spare hosts beyond their bounds"),
    ],
)
def test_a_cloud_beyond_what_can_be_planned_is_refused(place, value):
    document = copy.deepcopy(SIZING)
    put(document, place, value)

    with pytest.raises(InvalidDocument) as refused:
        calculate("sizing", document)

    assert all(problem.remedy for problem in refused.value.problems)


@pytest.mark.parametrize("formula", formulary().formulas, ids=lambda formula: formula.id)
def test_a_formula_with_wrong_inputs_is_answered_or_refused(formula):
    example = write(formula.example)

    for parameter in formula.parameters:
        for value in (*VALUES, [0], [-1, 2], [10**15] * 3, ["a"], [[]], [0] * 1000, "x" * 2000):
            inputs = {**example, parameter.name: value}
            answered_or_refused("formula", {"formula": formula.id, "inputs": inputs})
