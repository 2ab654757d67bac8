"""Failures of designs over REST: what one event does, and the ranking of all single failures."""

from __future__ import annotations

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import idempotent
from accounts.models import User
from catalog.documents import parse
from catalog.engine.documents import json_schema, write
from config.api import KnownFieldsMixin
from config.openapi import document
from designer import failure_services
from designer.engine.failures.model import FailureReport, FailureSet, Ranking
from designer.engine.failures.rank import singles
from designer.models import Design, FailureRanking
from designer.services import document_of
from jobs.api import JobSerializer

NOT_FOUND = OpenApiResponse(OpenApiTypes.OBJECT, "There is no such design, or you may not see it.")


@extend_schema_field(document("FailureSet", json_schema(FailureSet)))
class FailureSetField(serializers.JSONField):
    """What fails at the same moment."""


@extend_schema_field(document("FailureReport", json_schema(FailureReport)))
class FailureReportField(serializers.JSONField):
    """What is left, and why."""


@extend_schema_field(document("FailureRankingResult", json_schema(Ranking)))
class RankingField(serializers.JSONField):
    """Every single failure by damage."""


class FailureRankingSerializer(serializers.ModelSerializer[FailureRanking]):
    result = RankingField(read_only=True)

    class Meta:
        model = FailureRanking
        fields = ("id", "revision", "engine_version", "with_pairs", "created_at", "result")
        read_only_fields = fields


class FailuresSerializer(serializers.Serializer[Any]):
    """What can fail on a design, and the ranking that fits it as it is now."""

    elements = serializers.ListField(
        child=serializers.CharField(), help_text="As kind:id; one drive stands for all of its node."
    )
    ranking = FailureRankingSerializer(allow_null=True)


class EventSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    failed = FailureSetField(help_text="What fails at the same moment.")


class EventAnswerSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(help_text="Of the working document that failed.")
    report = FailureReportField()


class NewRankingSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    with_pairs = serializers.BooleanField(default=False, help_text="Pairs, cut sets and availability too.")


def _design(request: Request, pk: Any) -> Design:
    return get_object_or_404(Design.objects.visible_to(request.user).select_related("team"), pk=pk)


class FailuresView(APIView):
    """What fails, and what that does."""

    is_read_only = True  # an event is simulated and forgotten: a token for reading is enough

    @extend_schema(responses={200: FailuresSerializer, 404: NOT_FOUND})
    def get(self, request: Request, pk: Any) -> Response:
        """What can fail on the design as it is now, and its ranking; null when it was not ranked."""
        design = _design(request, pk)
        plant = failure_services.plant_of_document(document_of(design))
        ranking = failure_services.current_ranking(design)
        return Response(FailuresSerializer({"elements": list(singles(plant)), "ranking": ranking}).data)

    @extend_schema(request=EventSerializer, responses={200: EventAnswerSerializer, 404: NOT_FOUND})
    def post(self, request: Request, pk: Any) -> Response:
        """Let a set of elements fail at the same moment: services, networks, Ceph, VMs, timeline. Nothing is stored."""
        design = _design(request, pk)
        asked = EventSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        failed = parse(FailureSet, asked.validated_data["failed"], path="failed")
        report = failure_services.fail(failure_services.plant_of_document(document_of(design)), failed)
        return Response({"version": design.version, "report": write(report)})


class FailureRankingView(APIView):
    """The ranking of every single failure."""

    @extend_schema(request=NewRankingSerializer, responses={202: JobSerializer, 404: NOT_FOUND})
    @idempotent
    def post(self, request: Request, pk: Any) -> Response:
        """Freeze the design and have every failure of it ranked: 202 with the job."""
        design = _design(request, pk)
        asked = NewRankingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        job = failure_services.request_ranking(
            design=design, user=cast(User, request.user), with_pairs=asked.validated_data["with_pairs"]
        )
        return Response(
            JobSerializer(job).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/jobs/{job.pk}/"},
        )
