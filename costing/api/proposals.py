"""Proposals over REST: asked for as a job, listed, fetched as PDF."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from config.api import KnownFieldsMixin
from config.paging import KeysetPagination
from costing.models import Comparison, Proposal
from costing.proposals import services
from costing.proposals.download import pdf_response
from designer.api.serializers import VisibleTo
from jobs.api import JobSerializer


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """One version of the proposal of a design. `sha256` is empty and `size` 0 until it is printed."""

    reference = serializers.CharField(read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "id",
            "design",
            "comparison",
            "version",
            "reference",
            "author",
            "created_at",
            "sha256",
            "size",
        )
        read_only_fields = fields


class NewProposalSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    comparison = VisibleTo(queryset=Comparison.objects.all())


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class ProposalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Proposal]):
    """Printed offers. What is printed never changes: a later one is a new version."""

    queryset = Proposal.objects.all()
    serializer_class = ProposalSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Proposal]:
        return Proposal.objects.visible_to(self.request.user)

    @extend_schema(request=NewProposalSerializer, responses={202: JobSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Have a proposal printed from a comparison: 202 with the job, whose result names the proposal."""
        asked = NewProposalSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        visible = Comparison.objects.visible_to(request.user).select_related("revision")
        comparison = get_object_or_404(visible, pk=asked.validated_data["comparison"].pk)
        _proposal, job = services.request_proposal(comparison=comparison, user=cast(User, request.user))
        return Response(
            JobSerializer(job).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/jobs/{job.pk}/"},
        )

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """The PDF, byte for byte as it was printed; its hash is the ETag. 409 while it is not printed."""
        return pdf_response(request._request, self.get_object())
