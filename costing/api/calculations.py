"""The stateless calculators and the list of formulas over REST; nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.engine.documents import InvalidDocument
from catalog.engine.formulary import described
from config.errors import Invalid, Problem
from costing.calculators import KINDS, calculate_all
from costing.formulas import formulary

MAX_DOCUMENTS = 100
DOCUMENTS = {
    "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}, "maxItems": MAX_DOCUMENTS}],
    "description": "One document, or a list of them. The engines' dataclasses say what is in one.",
}
ANSWERS = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
_STORED = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
EXAMPLES = {kind: _STORED.get(kind, _STORED["planned"]) for kind in sorted(KINDS)}
"""One document of each kind that a person can send as it is; that of a comparison is W12 of domain notes tco."""
KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=sorted(KINDS))


class ParameterSerializer(serializers.Serializer[Any]):
    """One input of a formula."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the domain calls it so
    unit = serializers.CharField()
    symbol = serializers.CharField()
    kind = serializers.CharField()
    default = serializers.JSONField()
    is_required = serializers.BooleanField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]  # likewise
    grade = serializers.CharField(allow_null=True)


class FormulaSerializer(serializers.Serializer[Any]):
    """One rule of the domain: its inputs with units and defaults, its source and grade, a worked example."""

    id = serializers.CharField()
    title = serializers.CharField()
    expression = serializers.CharField()
    parameters = ParameterSerializer(many=True)
    source = serializers.CharField()  # type: ignore[assignment]  # likewise
    grade = serializers.ChoiceField(choices=["A", "B", "C"])
    aliases = serializers.ListField(child=serializers.CharField())
    example = serializers.DictField()


class CalculationView(APIView):
    """Answers a JSON document at once: value, unit, formula id, inputs and intermediate steps."""

    is_read_only = True  # nothing is stored: a token for reading is enough

    @extend_schema(
        parameters=[KIND],
        request={"application/json": DOCUMENTS},
        examples=[
            OpenApiExample(kind, value=document, request_only=True, media_type="application/json")
            for kind, document in EXAMPLES.items()
        ],
        responses={
            200: OpenApiResponse(ANSWERS, "The answer; for a list of documents, a list of answers."),
            404: OpenApiResponse(OpenApiTypes.OBJECT, "There is no such kind."),
        },
    )
    def post(self, request: Request, kind: str) -> Response:
        if kind not in KINDS:
            raise Http404
        documents = request.data
        if isinstance(documents, list) and len(documents) > MAX_DOCUMENTS:
            remedy = f"Send up to {MAX_DOCUMENTS} documents at a time."
            raise Invalid([Problem("", len(documents), "too many documents", remedy)])
        answers = calculate_all(kind, documents)
        if isinstance(answers, dict) and "errors" in answers:
            raise Invalid(
                [Problem(e["field"], e["value"], e["message"], e["remedy"]) for e in answers["errors"]]
            )
        return Response(answers)


class FormulaListView(APIView):
    """Every formula behind a number of this product."""

    @extend_schema(responses=FormulaSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([described(formula) for formula in formulary().formulas])


class FormulaView(APIView):
    """One formula, by its id; a bare id such as `S4` is accepted where it is unique."""

    @extend_schema(
        responses={
            200: FormulaSerializer,
            404: OpenApiResponse(OpenApiTypes.OBJECT, "There is no such formula."),
        }
    )
    def get(self, request: Request, formula_id: str) -> Response:
        try:
            return Response(described(formulary().find(formula_id)))
        except InvalidDocument as error:
            raise Http404 from error
