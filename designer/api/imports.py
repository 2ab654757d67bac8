"""Imports of workloads over REST: upload, what was lost, switches, use."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from catalog.engine.documents import json_schema
from config.api import KnownFieldsMixin, etag_for, version_in_if_match
from config.json_bodies import StrictJSONParser
from config.openapi import document
from config.paging import KeysetPagination
from designer.api.serializers import VisibleTo
from designer.imports import limits, services
from designer.imports.inventory import Switches
from designer.imports.review import Review
from designer.models import Design, WorkloadImport


@extend_schema_field(document("ImportSwitches", json_schema(Switches)))
class SwitchesField(serializers.JSONField):
    """How an inventory is counted."""


@extend_schema_field(document("ImportReview", json_schema(Review)))
class ReviewField(serializers.JSONField):
    """What an inventory comes to."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class MappingField(serializers.JSONField):
    """Which column means what, with units and encoding."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("This is not an object of names and columns.")
        return value


class ImportSerializer(serializers.ModelSerializer[WorkloadImport]):
    switches = serializers.SerializerMethodField()

    class Meta:
        model = WorkloadImport
        fields = (
            "id",
            "design",
            "version",
            "file_name",
            "sha256",
            "size",
            "format",
            "state",
            "reason",
            "remedy",
            "mapping",
            "switches",
            "used_version",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(SwitchesField)
    def get_switches(self, found: WorkloadImport) -> Any:
        """All switches, those at their default too."""
        return services.shown_switches(found)


class ImportDetailSerializer(ImportSerializer):
    report = ReviewField(read_only=True, allow_null=True)
    columns = serializers.SerializerMethodField(help_text="The header of a table whose columns need naming.")

    class Meta:
        model = WorkloadImport
        fields = (*ImportSerializer.Meta.fields, "files", "columns", "report")
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_columns(self, found: WorkloadImport) -> list[str]:
        """Return the columns to choose from."""
        return list(services.columns_of(found))


class NewImportSerializer(serializers.Serializer[Any]):
    design = VisibleTo(queryset=Design.objects.all())
    files = serializers.ListField(
        child=serializers.FileField(max_length=4096, allow_empty_file=True),
        min_length=1,
        max_length=limits.MAX_FILES,
        help_text="The files of one inventory, each as a part named `files`.",
    )
    encoding = serializers.ChoiceField(
        choices=services.ENCODINGS,
        required=False,
        help_text="Of CSV; by default UTF-8, or its byte order mark.",
    )


class ImportChangeSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    switches = SwitchesField(required=False)
    mapping = MappingField(required=False)


class ImportUseSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    design_version = serializers.IntegerField(
        min_value=1, max_value=10**9, help_text="The version of the design that the workload replaces."
    )


class ImportUsedSerializer(serializers.Serializer[Any]):
    design = serializers.UUIDField()
    design_version = serializers.IntegerField(help_text="Its version now.")
    job = serializers.UUIDField(allow_null=True, help_text="Sizes it; null when nothing changed.")


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class ImportViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[WorkloadImport]):
    """Inventories and bills as workload: read, reviewed, and used only when somebody says so."""

    queryset = WorkloadImport.objects.all()
    serializer_class = ImportSerializer
    pagination_class = NewestFirst
    parser_classes = (StrictJSONParser,)

    def get_queryset(self) -> QuerySet[WorkloadImport]:
        found = WorkloadImport.objects.visible_to(self.request.user).without_rows().select_related("team")
        return found.defer("inventory", "report") if self.action == "list" else found

    def get_parsers(self) -> list[Any]:
        if self.request is not None and self.request.method == "POST" and "pk" not in self.kwargs:
            return [MultiPartParser()]
        return [StrictJSONParser()]

    @extend_schema(
        request={"multipart/form-data": NewImportSerializer},
        responses={202: ImportDetailSerializer, 200: ImportDetailSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Upload the files of one inventory: 202 while they are read; 200 with what is there for the same files again."""
        services.refuse_large_request(request)
        asked = NewImportSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        encoding = values.get("encoding")
        found, job = services.add_import(
            design=values["design"],
            user=cast(User, request.user),
            files=cast("list[UploadedFile[Any]]", values["files"]),
            mapping={"encoding": encoding} if encoding else None,
        )
        code = status.HTTP_200_OK if job is None else status.HTTP_202_ACCEPTED
        return self._answer(found, code, Location=f"/api/v1/imports/{found.pk}/")

    @extend_schema(responses=ImportDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """An import with its report."""
        return self._answer(self.get_object())

    @extend_schema(request=ImportChangeSerializer, responses=ImportDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change its switches, or name its columns; the latter has it read again."""
        found = self.get_object()
        asked = ImportChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = services.change_import(
            found=found,
            user=cast(User, request.user),
            based_on=version_in_if_match(request),
            **asked.validated_data,
        )
        return self._answer(changed)

    @extend_schema(
        request=ImportUseSerializer, responses={202: ImportUsedSerializer, 200: ImportUsedSerializer}
    )
    @action(detail=True, methods=["post"])
    @idempotent
    def use(self, request: Request, pk: str) -> Response:
        """Make its profiles the workload of its design, and have that sized: 202; 200 when nothing changed."""
        found = self.get_object()
        asked = ImportUseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        design, job = services.use_import(
            found=found, user=cast(User, request.user), based_on=asked.validated_data["design_version"]
        )
        answer = {"design": design.pk, "design_version": design.version, "job": job.pk if job else None}
        code = status.HTTP_200_OK if job is None else status.HTTP_202_ACCEPTED
        return Response(ImportUsedSerializer(answer).data, status=code)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete an import and its files; a design that used it keeps its workload. Needs If-Match."""
        based_on = version_in_if_match(request)
        services.delete_import(found=self.get_object(), user=cast(User, request.user), based_on=based_on)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, found: WorkloadImport, code: int = status.HTTP_200_OK, **headers: str) -> Response:
        headers = {"ETag": etag_for(found.version), **headers}
        return Response(ImportDetailSerializer(found).data, status=code, headers=headers)
