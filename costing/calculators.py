"""Stateless calculators: a JSON document in, the answer with its working out. For programs, tests and the curious."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from catalog.engine.documents import InvalidDocument, read, write
from catalog.library import Library, load_library
from costing.engine.matching_documents import answer_matching
from costing.engine.model import TcoRequest
from costing.engine.tco import tco
from costing.formulas import formulary
from designer import findings
from designer.engine.document import DesignDocument
from designer.engine.failures.question import FailureQuestion
from designer.engine.failures.question import answer as answer_failures
from designer.engine.growth import GrowthQuestion, Shelf, plan_growth
from designer.engine.sizing.engine import size
from designer.engine.sizing.model import SizingRequest, SizingResult

SECTIONS = {
    "compute": ("compute",),
    "control-plane": ("control",),
    "storage": ("storage",),
    "network": ("network", "subnets"),
    "rack-power": ("facility",),
}
"""The parts of a sizing that a kind answers with."""


def calculate_formula(document: Any) -> dict[str, Any]:
    """Answer one formula: `{"formula": "sizing.S4", "inputs": {...}}`."""
    return formulary().calculate(document)


def calculate_sizing(document: Any) -> dict[str, Any]:
    """Answer a whole sizing; the document is a SizingRequest."""
    return _sized(document, None)


def calculate_tco(document: Any) -> dict[str, Any]:
    """Answer a whole cost comparison; the document is a TcoRequest."""
    answer: dict[str, Any] = write(tco(read(TcoRequest, document)))
    return answer


def calculate_failures(document: Any) -> dict[str, Any]:
    """Answer what a failure does, or rank all of them; the document is a FailureQuestion.

    Models, services and networks are those of the starter catalog.
    """
    return answer_failures(read(FailureQuestion, document), _starter_catalog())


def calculate_growth(document: Any) -> dict[str, Any]:
    """Answer what each month of growth needs and when to order it; the document is a GrowthQuestion.

    Cables, services and networks are those of the starter catalog.
    """
    question = read(GrowthQuestion, document)
    library, hardware = _starter_catalog(), question.sizing.hardware
    shelf = Shelf(
        hardware={**library.hardware_by_id, **hardware.by_id},
        parts=library.parts,
        services=library.services,
        networks=library.networks,
    )
    answer: dict[str, Any] = write(plan_growth(question, shelf))
    return answer


@cache
def _starter_catalog() -> Library:
    return load_library()


def calculate_validation(document: Any) -> dict[str, Any]:
    """Answer what every rule finds in a design document, by the catalog of this installation."""
    answer: dict[str, Any] = write(findings.review(read(DesignDocument, document)))
    return answer


def _section(kind: str) -> Callable[[Any], dict[str, Any]]:
    def calculate(document: Any) -> dict[str, Any]:
        return _sized(document, SECTIONS[kind])

    calculate.__doc__ = f"Answer the {kind} part of a sizing; the document is a SizingRequest."
    return calculate


def _sized(document: Any, sections: tuple[str, ...] | None) -> dict[str, Any]:
    result: SizingResult = size(read(SizingRequest, document))
    answer: dict[str, Any] = write(result)
    if sections is None:
        return answer
    figures = {key: f for key, f in answer["figures"].items() if key.split(".")[0] in sections}
    parts = {name: answer[name] for name in sections if name in answer}
    return {
        "engine_version": answer["engine_version"],
        **parts,
        "figures": figures,
        "notices": answer["notices"],
    }


KINDS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "formula": calculate_formula,
    "sizing": calculate_sizing,
    **{kind: _section(kind) for kind in SECTIONS},
    "growth": calculate_growth,
    "validation": calculate_validation,
    "failures": calculate_failures,
    "matching": answer_matching,
    "tco": calculate_tco,
}


def calculate(kind: str, document: Any) -> dict[str, Any]:
    """Answer one document of `kind`.

    Raises:
        InvalidDocument: with every mistake by field, value and remedy.
    """
    return KINDS[kind](document)


def calculate_all(kind: str, documents: Any) -> Any:
    """Answer one document, or each of a list: a bad one gives its errors in its place and stops no other."""
    if isinstance(documents, list):
        return [_answer_or_errors(kind, document) for document in documents]
    return _answer_or_errors(kind, documents)


def _answer_or_errors(kind: str, document: Any) -> dict[str, Any]:
    try:
        return calculate(kind, document)
    except InvalidDocument as error:
        return {"errors": [write(problem) for problem in error.problems]}
