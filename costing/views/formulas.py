"""The formulas of the product: looked up, and tried with other values."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from catalog.engine.documents import InvalidDocument, write
from catalog.engine.figures import Formula
from catalog.engine.formulary import described
from config.errors import Invalid
from config.json_bodies import load_json
from costing.formulas import formulary

TEXT_KINDS = ("text",)


@login_required
@require_GET
def formula_list(request: HttpRequest) -> HttpResponse:
    """Every formula behind a number, searched by id or title."""
    query = request.GET.get("q", "").strip()[:120]
    found = [f for f in formulary().formulas if query.casefold() in f"{f.id} {f.title}".casefold()]
    return render(request, "costing/formula_list.html", {"formulas": found, "query": query})


@login_required
@require_safe
def formula_detail(request: HttpRequest, formula_id: str) -> HttpResponse:
    """One formula with its worked example; values in the address are tried instead of the example's."""
    try:
        formula = formulary().find(formula_id)
    except InvalidDocument as error:
        raise Http404 from error
    typed = {p.name: request.GET[p.name] for p in formula.parameters if p.name in request.GET}
    answer, problems = _tried(formula, typed)
    shown = {
        p.name: typed.get(p.name, _as_typed(formula.example.get(p.name, p.default)))
        for p in formula.parameters
    }
    by_field = {p["field"].removeprefix("inputs.").partition("[")[0]: p for p in problems}
    context = {
        "formula": described(formula),
        "fields": [
            {"parameter": p, "value": shown[p.name], "problem": by_field.get(p.name)}
            for p in formula.parameters
        ],
        "problems": problems,
        "answer": answer,
    }
    return render(request, "costing/formula_detail.html", context, status=400 if problems else 200)


def _tried(formula: Formula, typed: dict[str, str]) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The answer to what was typed, or to the worked example when nothing was; else what is wrong with it."""
    inputs: dict[str, Any] = dict(formula.example)
    if typed:
        inputs = {
            p.name: _value(p.kind, typed[p.name]) for p in formula.parameters if typed.get(p.name, "").strip()
        }
    try:
        return formulary().calculate({"formula": formula.id, "inputs": inputs}), []
    except InvalidDocument as error:
        return None, [
            {"field": p.field, "value": p.value, "message": p.message, "remedy": p.remedy}
            for p in error.problems
        ]


def _value(kind: str, raw: str) -> Any:
    """What was typed, as the formula's input: numbers, lists and objects as JSON, texts as they are."""
    if kind in TEXT_KINDS:
        return raw.strip()
    try:
        return load_json(raw)
    except Invalid:
        return raw.strip()


def _as_typed(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(write(value), ensure_ascii=False)
