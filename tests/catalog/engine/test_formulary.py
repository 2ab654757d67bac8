"""Formulas by id: what is found, what is refused, and what an answer holds."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

from catalog.engine.documents import InvalidDocument
from catalog.engine.figures import Answer, Formula, Grade, Parameter, Step
from catalog.engine.formulary import Formulary


def a_formula(formula_id: str = "sizing.C1", **changes) -> Formula:
    values = {
        "id": formula_id,
        "title": "Threads",
        "expression": "T = s x c",
        "parameters": (
            Parameter(name="sockets", label="Sockets", kind="integer", minimum=1, maximum=8),
            Parameter(name="cores", label="Cores", kind="integer", default=32),
            Parameter(name="mode", label="Mode", kind="text", default="smt", choices=("smt", "none")),
        ),
        "calculate": lambda sockets, cores, mode: Answer(
            results={"threads": sockets * cores * (2 if mode == "smt" else 1)},
            steps=(Step(label="Threads", working=f"{sockets} x {cores}", value=sockets * cores),),
        ),
        "source": "domain/sizing.md",
        "grade": Grade.A,
    }
    return Formula(**(values | changes))


def test_a_formula_answers_with_its_working():
    answer = Formulary([a_formula()]).calculate({"formula": "sizing.C1", "inputs": {"sockets": 2}})

    assert answer["results"] == {"threads": 128}
    assert answer["inputs"] == {"sockets": 2, "cores": 32, "mode": "smt"}
    assert (answer["source"], answer["grade"]) == ("domain/sizing.md", "A")
    assert answer["steps"][0]["working"] == "2 x 32"


def test_a_bare_id_is_found_where_it_is_unique_and_refused_where_it_is_not():
    formulary = Formulary([a_formula("sizing.C1"), a_formula("sizing.S1"), a_formula("tco.S1")])

    assert formulary.find("C1").id == "sizing.C1"
    with pytest.raises(InvalidDocument, match="is not a formula"):
        formulary.find("S1")


def test_an_alias_of_the_domain_files_finds_its_formula():
    assert (
        Formulary([a_formula("sizing.S13", aliases=("sizing.S13-planner",))]).find("sizing.S13-planner").id
        == "sizing.S13"
    )


def test_two_formulas_of_one_name_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="two formulas"):
        Formulary([a_formula(), a_formula()])


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({}, "inputs.sockets"),
        ({"sockets": math.nan}, "inputs.sockets"),
        ({"sockets": 9}, "inputs.sockets"),
        ({"sockets": 1.5}, "inputs.sockets"),
        ({"sockets": True}, "inputs.sockets"),
        ({"sockets": 2, "mode": "x"}, "inputs.mode"),
        ({"sockets": 2, "socket": 2}, "inputs.socket"),
        ([], "inputs"),
    ],
)
def test_a_wrong_input_is_named_with_its_remedy(inputs, field):
    with pytest.raises(InvalidDocument) as refused:
        Formulary([a_formula()]).calculate({"formula": "C1", "inputs": inputs})

    assert [p.field for p in refused.value.problems] == [field]
    assert all(p.remedy for p in refused.value.problems)


def test_an_unknown_formula_is_answered_with_the_nearest():
    with pytest.raises(InvalidDocument) as refused:
        Formulary([a_formula()]).calculate({"formula": "sizing.C11"})

    assert "sizing.C1" in refused.value.problems[0].remedy


@pytest.mark.parametrize(
    "raised", [ZeroDivisionError("x"), OverflowError("x"), ValueError("3 replicas need 3 hosts")]
)
def test_a_calculation_that_cannot_be_done_is_a_reported_result(raised):
    """security R55."""

    def fails(**values: object) -> Answer:
        raise raised

    with pytest.raises(InvalidDocument) as refused:
        Formulary([a_formula(calculate=fails)]).calculate({"formula": "C1", "inputs": {"sockets": 2}})

    assert refused.value.problems[0].field == "inputs"


def test_numbers_reach_a_formula_exactly():
    seen = {}

    def keep(**values: object) -> Answer:
        seen.update(values)
        return Answer(results={})

    formula = a_formula(
        calculate=keep,
        parameters=(Parameter(name="ratio", label="r"), Parameter(name="rows", label="", kind="rows")),
    )
    Formulary([formula]).calculate({"formula": "C1", "inputs": {"ratio": 0.1, "rows": [{"n": 2, "w": 0.3}]}})

    assert seen == {"ratio": Decimal("0.1"), "rows": ({"n": 2, "w": Decimal("0.3")},)}
