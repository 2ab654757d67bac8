"""Customers, designs, their parts, revisions and sizings over REST."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.changes import stamped_teams
from accounts.idempotency import idempotent
from accounts.models import User
from catalog.documents import parse
from catalog.engine.documents import json_schema, write
from config.api import etag_for, version_in_if_match
from config.errors import Invalid, Problem
from config.openapi import document
from config.paging import ColumnListMixin, KeysetPagination
from designer import change_sets, findings, live, revisions, services
from designer.api.serializers import (
    PART_SCHEMA,
    ChangeSetSerializer,
    CustomerSerializer,
    DesignListSerializer,
    DesignSerializer,
    FindingsSerializer,
    MissedChangeSetsSerializer,
    NewChangeSetSerializer,
    NewDesignSerializer,
    NewForkSerializer,
    NewRevisionSerializer,
    NewSizingSerializer,
    NewSuppressionSerializer,
    RevisionSerializer,
    SizingSerializer,
)
from designer.drawing.download import drawing_response
from designer.engine.workload import Workload
from designer.models import Customer, Design, Revision, Sizing
from jobs.api import JobSerializer

RULE = OpenApiParameter("rule", str, OpenApiParameter.PATH, description="Id of a rule, as V027.")
SINCE = OpenApiParameter("since", int, required=True, description="A version of the design that you have.")
PART = OpenApiParameter("part", str, OpenApiParameter.PATH, enum=list(services.PARTS))


def _count_of(value: str | None, field: str) -> int:
    """A whole number of the query."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        problem = Problem(field, value, "is not a version", "Send a whole number, as 12.")
        raise Invalid([problem])
    return int(value)


class ByName(KeysetPagination):
    ordering = ("name", "id")


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


def _user(request: Request) -> User:
    return cast(User, request.user)


class CustomerViewSet(
    ColumnListMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    viewsets.GenericViewSet[Customer],
):
    """Whom the teams plan for."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.visible_to(self.request.user)

    def list_state(self) -> object:
        return stamped_teams(_user(self.request))

    create = idempotent(mixins.CreateModelMixin.create)

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = services.create_customer(user=_user(self.request), **serializer.validated_data)


class DesignViewSet(ColumnListMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Design]):
    """One working document a design; each change raises its version."""

    queryset = Design.objects.all()
    serializer_class = DesignListSerializer
    pagination_class = NewestFirst
    json_max_bytes = settings.JSON_MAX_DESIGN_BYTES

    def get_queryset(self) -> QuerySet[Design]:
        if self.action == "list":
            return Design.objects.in_teams([team for team, _ in self.teams])
        return Design.objects.visible_to(self.request.user).select_related("team")

    def list_state(self) -> object:
        self.teams = stamped_teams(_user(self.request))
        return self.teams

    @extend_schema(request=NewDesignSerializer, responses={201: DesignSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Start a design from a reference design."""
        asked = NewDesignSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        workload = values.pop("workload", None)
        if workload is not None:
            values["workload"] = parse(Workload, workload, path="workload")
        design = services.create_design(user=_user(request), **values)
        return self._answer(design, status.HTTP_201_CREATED)

    @extend_schema(responses=DesignSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A design with its whole document; the version is its ETag. 304 to who has that version, unread."""
        if tag := request.headers.get("If-None-Match"):
            known = generics.get_object_or_404(
                self.get_queryset().select_related(None).only("version"), pk=pk
            )
            if tag == etag_for(known.version):
                return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return self._answer(self.get_object())

    @extend_schema(
        methods=["GET"],
        operation_id="designs_part_retrieve",
        parameters=[PART],
        responses={(200, "application/json"): PART_SCHEMA},
        description="One part of the document; the version is its ETag.",
    )
    @extend_schema(
        methods=["PUT"],
        operation_id="designs_part_replace",
        parameters=[PART],
        request={"application/json": PART_SCHEMA},
        responses={(200, "application/json"): PART_SCHEMA},
        description="Replace one part. Needs If-Match: 428 without; 412 with what changed since when it is stale.",
    )
    @action(
        detail=True,
        methods=["get", "put"],
        url_path=rf"(?P<part>{'|'.join(services.PARTS)})",
        url_name="part",
    )
    def part(self, request: Request, pk: str, part: str) -> Response:
        """Read or replace one part of the working document."""
        design = self.get_object()
        if request.method == "PUT":
            design = services.change_part(
                design=design,
                part=part,
                value=request.data,
                based_on=version_in_if_match(request),
                user=_user(request),
            )
        return Response(services.part_of(design, part), headers={"ETag": etag_for(design.version)})

    @extend_schema(methods=["GET"], responses=RevisionSerializer(many=True))
    @extend_schema(methods=["POST"], request=NewRevisionSerializer, responses={201: RevisionSerializer})
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    @idempotent
    def revisions(self, request: Request, pk: str) -> Response:
        """The frozen revisions, newest first; POST freezes the working document, by a name or without."""
        design = self.get_object()
        if request.method == "POST":
            services.must_edit(_user(request), design.team)
            asked = NewRevisionSerializer(data=request.data, context=self.get_serializer_context())
            asked.is_valid(raise_exception=True)
            frozen = services.freeze_revision(design=design, user=_user(request), **asked.validated_data)
            return Response(RevisionSerializer(frozen).data, status=status.HTTP_201_CREATED)
        found = design.revisions.select_related("author")[:200]
        return Response(RevisionSerializer(found, many=True).data)

    @extend_schema(
        methods=["GET"],
        operation_id="designs_change_sets_missed",
        parameters=[SINCE],
        responses=MissedChangeSetsSerializer,
        description="The edits after version `since`; 304 when there is none and If-None-Match names that version.",
    )
    @extend_schema(
        methods=["POST"],
        operation_id="designs_change_set_create",
        request=NewChangeSetSerializer,
        responses=ChangeSetSerializer,
        description=(
            "Edit the drawing by what one gesture changed. Needs If-Match: 428 without; 412 with the change sets "
            "that came since, operations included, to merge with."
        ),
    )
    @action(detail=True, methods=["get", "post"], url_path="change-sets", url_name="change-sets")
    def change_sets(self, request: Request, pk: str) -> Response:
        """Edit the drawing by a change set; or read those that came since a version."""
        if request.method == "GET":
            return self._missed(request, pk)
        asked = NewChangeSetSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        known = self.get_queryset().defer("snapshot")
        saved = change_sets.change_drawing(
            design=generics.get_object_or_404(known, pk=pk),
            based_on=version_in_if_match(request),
            user=_user(request),
            **asked.validated_data,
        )
        return Response(ChangeSetSerializer(saved).data, headers={"ETag": etag_for(saved.version)})

    change_sets.changes_a_version = True  # type: ignore[attr-defined]  # read by the OpenAPI document

    def _missed(self, request: Request, pk: str) -> Response:
        known = self.get_queryset().select_related(None).only("version")
        design = generics.get_object_or_404(known, pk=pk)
        headers = {"ETag": etag_for(design.version)}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        since = _count_of(request.query_params.get("since"), "since")
        answer = {"version": design.version, "changes": services.changes_since(design, since)}
        return Response(answer, headers=headers)

    @extend_schema(responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    @action(detail=True, methods=["get"], url_path="drawing.svg", url_name="drawing")
    def drawing(self, request: Request, pk: str) -> HttpResponse:
        """The drawing as SVG."""
        return drawing_response(self.get_object())

    @extend_schema(responses={(200, "application/json"): document("DesignLive", json_schema(live.Live))})
    @action(detail=True, methods=["get"])
    def live(self, request: Request, pk: str) -> Response:
        """What an editor shows beside the working drawing: findings, room, power, ports, list price."""
        design = self.get_object()
        return Response(write(live.live_of(design)), headers={"ETag": etag_for(design.version)})

    @extend_schema(responses=FindingsSerializer)
    @action(detail=True, methods=["get"])
    def findings(self, request: Request, pk: str) -> Response:
        """What validation finds in the working document as it is, the most severe first; its version is the ETag."""
        return self._findings(self.get_object())

    @extend_schema(
        methods=["PUT"],
        operation_id="designs_suppression_replace",
        parameters=[RULE],
        request=NewSuppressionSerializer,
        responses=FindingsSerializer,
        description="Accept what a rule finds, with the reason: it stays in the list as suppressed. Needs If-Match.",
    )
    @extend_schema(
        methods=["DELETE"],
        operation_id="designs_suppression_lift",
        parameters=[RULE],
        request=None,
        responses=FindingsSerializer,
        description="Count what the rule finds again. Needs If-Match.",
    )
    @action(
        detail=True,
        methods=["put", "delete"],
        url_path=r"findings/(?P<rule>V[0-9]{3})/suppression",
        url_name="suppression",
    )
    def suppression(self, request: Request, pk: str, rule: str) -> Response:
        """Accept a finding, or count it again."""
        design = self.get_object()
        based_on = version_in_if_match(request)
        if request.method == "DELETE":
            changed = findings.lift_suppression(
                design=design, rule=rule, based_on=based_on, user=_user(request)
            )
            return self._findings(changed)
        asked = NewSuppressionSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        changed = findings.suppress(
            design=design, rule=rule, based_on=based_on, user=_user(request), **asked.validated_data
        )
        return self._findings(changed)

    def _findings(self, design: Design) -> Response:
        answer = {"version": design.version, "review": write(findings.review_of(design))}
        return Response(answer, headers={"ETag": etag_for(design.version)})

    def _answer(self, design: Design, code: int = status.HTTP_200_OK) -> Response:
        return Response(
            DesignSerializer(design).data, status=code, headers={"ETag": etag_for(design.version)}
        )


class RevisionViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Revision]):
    """Frozen states of designs. They never change."""

    queryset = Revision.objects.all()
    serializer_class = RevisionSerializer

    def get_queryset(self) -> QuerySet[Revision]:
        found = Revision.objects.visible_to(self.request.user)
        return found.select_related("author", "design__team", "design__customer")

    @extend_schema(
        operation_id="revisions_topology_retrieve", responses={(200, "application/json"): PART_SCHEMA}
    )
    @action(detail=True, methods=["get"])
    def topology(self, request: Request, pk: str) -> Response:
        """The drawing that was frozen."""
        return Response(write(services.document_of(self.get_object()).topology))

    @extend_schema(request=None, responses=DesignSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def restore(self, request: Request, pk: str) -> Response:
        """Make the revision the working document again, as a new version; nothing in between is lost."""
        design = services.restore_revision(revision=self.get_object(), user=_user(request))
        return Response(DesignSerializer(design).data, headers={"ETag": etag_for(design.version)})

    @extend_schema(request=NewForkSerializer, responses={201: DesignSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def fork(self, request: Request, pk: str) -> Response:
        """Start a design of the same customer from the revision."""
        revision = self.get_object()
        asked = NewForkSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        design = revisions.fork_revision(revision=revision, user=_user(request), **asked.validated_data)
        headers = {"ETag": etag_for(design.version)}
        return Response(DesignSerializer(design).data, status=status.HTTP_201_CREATED, headers=headers)


class SizingViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Sizing]):
    """Answers of the sizing engine, with the whole question."""

    queryset = Sizing.objects.all()
    serializer_class = SizingSerializer

    def get_queryset(self) -> QuerySet[Sizing]:
        return Sizing.objects.visible_to(self.request.user)

    @extend_schema(request=NewSizingSerializer, responses={202: JobSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Freeze a design and have it sized: 202 with the job."""
        asked = NewSizingSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        design = get_object_or_404(
            Design.objects.visible_to(request.user), pk=asked.validated_data["design"].pk
        )
        job = services.request_sizing(design=design, user=_user(request))
        return Response(
            JobSerializer(job).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/jobs/{job.pk}/"},
        )
