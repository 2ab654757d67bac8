"""Hardware models over REST: what makers sell, as imported; and the imports that bring them."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import idempotent
from accounts.models import User
from catalog import device_imports
from catalog.engine.device_types import MODEL_KINDS, Lack, json_schema
from catalog.hardware_list import SORTS, HardwareSearch, found_models, states_in_force
from catalog.models import HardwareImport, HardwareModel
from config.api import KnownFieldsMixin, etag_for, version_in_if_match
from config.json_bodies import StrictJSONParser
from config.openapi import document
from config.paging import KeysetPagination

MOST_REJECTED = 500
FILTERS = {
    "search": OpenApiParameter(
        "search",
        {"type": "string", "maxLength": 80},
        description="Words of maker, model, slug or part number.",
    ),
    "kind": OpenApiParameter("kind", str, enum=MODEL_KINDS),
    "manufacturer": OpenApiParameter("manufacturer", OpenApiTypes.STR, description="The whole name."),
    "height": OpenApiParameter("height", OpenApiTypes.STR, description="Rack units, such as `1` or `0.5`."),
    "missing": OpenApiParameter(
        "missing", str, enum=[lack.value for lack in Lack], description="Only models that do not say this."
    ),
}


@extend_schema_field(document("HardwareModelDocument", json_schema()))
class ModelDocumentField(serializers.JSONField):
    """A type in full."""


@extend_schema_field({"description": "Any value; null: none."})
class ValueField(serializers.JSONField):
    """What a field of a type holds."""


class PortGroupSerializer(serializers.Serializer[Any]):
    """Interfaces of one type."""

    type = serializers.CharField(help_text="As NetBox calls it.")
    count = serializers.IntegerField()
    gbps = serializers.FloatField(allow_null=True, help_text="Gb/s each; null: the type tells none.")
    media = serializers.CharField()
    is_management = serializers.BooleanField(help_text="Out of band only.")
    is_socket = serializers.BooleanField(help_text="False: radio, virtual, or a group of others.")
    names = serializers.ListField(child=serializers.CharField())


class FieldChangeSerializer(serializers.Serializer[Any]):
    """One field that differs from the state before; null: it is not there."""

    field = serializers.CharField(help_text="Such as `weight_kg` or `interfaces[eth0].type`.")
    before = ValueField()
    after = ValueField()
    is_large = serializers.BooleanField(help_text="A weight or draw that moves by more than 30 %.")


class ModelSourceSerializer(serializers.Serializer[HardwareImport]):
    """The file that a state comes from."""

    file_name = serializers.CharField(help_text="Archive or folder that was imported.")
    sha256 = serializers.CharField(help_text="Of that.")
    commit = serializers.CharField(help_text="Where the archive tells it; else empty.")
    newest = serializers.DateField(allow_null=True, help_text="Day of the youngest file in it.")
    applied_at = serializers.DateTimeField(allow_null=True)


class HardwareModelSerializer(serializers.ModelSerializer[HardwareModel]):
    """One make and model, as lists show it."""

    id = serializers.UUIDField(source="identity", help_text="The same for every state of it.")
    kind = serializers.ChoiceField(MODEL_KINDS)
    u_height = serializers.FloatField(allow_null=True, help_text="Rack units.")
    weight_kg = serializers.FloatField(allow_null=True, help_text="Null: nobody says.")
    port_watts = serializers.IntegerField(allow_null=True, help_text="Largest draw of one power port, W.")
    missing = serializers.SerializerMethodField(help_text="What it does not say and a plan would need.")

    class Meta:
        model = HardwareModel
        fields = (
            "id",
            "kind",
            "manufacturer",
            "model",
            "slug",
            "part_number",
            "u_height",
            "weight_kg",
            "port_watts",
            "missing",
        )
        read_only_fields = fields

    @extend_schema_field(
        {"type": "array", "items": {"type": "string", "enum": [lack.value for lack in Lack]}}
    )
    def get_missing(self, model: HardwareModel) -> list[str]:
        """Return what it lacks, as words."""
        return model.missing.split()


class StagedModelSerializer(HardwareModelSerializer):
    """A model that an import adds or changes."""

    changes = FieldChangeSerializer(many=True, read_only=True, help_text="Empty: it is new.")

    class Meta:
        model = HardwareModel
        fields = (*HardwareModelSerializer.Meta.fields, "path", "sha256", "change_count", "changes", "unread")
        read_only_fields = fields


class ModelStateSerializer(StagedModelSerializer):
    """A state that was in force, with the file that it comes from."""

    source = ModelSourceSerializer(read_only=True)  # type: ignore[assignment]  # a field of this name is what it has

    class Meta:
        model = HardwareModel
        fields = (*StagedModelSerializer.Meta.fields, "is_current", "source")
        read_only_fields = fields


class HardwareModelDetailSerializer(HardwareModelSerializer):
    """One make and model, whole, with where it is from."""

    document = ModelDocumentField(read_only=True)
    ports = PortGroupSerializer(many=True, read_only=True)
    source = ModelSourceSerializer(read_only=True)  # type: ignore[assignment]  # a field of this name is what it has

    class Meta:
        model = HardwareModel
        fields = (
            *HardwareModelSerializer.Meta.fields,
            "ports",
            "path",
            "sha256",
            "source",
            "unread",
            "document",
        )
        read_only_fields = fields


class HardwareModelViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[HardwareModel]):
    """Hardware as it is made and sold: device and module types of a NetBox-style library, as imported."""

    queryset = HardwareModel.objects.none()
    serializer_class = HardwareModelSerializer
    pagination_class = KeysetPagination
    lookup_field = "identity"
    lookup_value_converter = "uuid"
    ordering = HardwareSearch().ordering
    orderings = SORTS

    @extend_schema(parameters=list(FILTERS.values()))
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Models in force that match; ordered by a figure, those without it are left out."""
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=HardwareModelDetailSerializer)
    def retrieve(self, request: Request, identity: str) -> Response:
        """A model, whole."""
        models = HardwareModel.objects.all().visible_to(request.user).in_force().select_related("source")
        return Response(HardwareModelDetailSerializer(get_object_or_404(models, identity=identity)).data)

    @extend_schema(responses=ModelStateSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def history(self, request: Request, identity: str) -> Response:
        """Every state that was in force, the newest first, with what it changed. The present one is among them."""
        states = states_in_force(request.user, identity)
        get_object_or_404(states.in_force())
        return Response(ModelStateSerializer(states, many=True).data)

    def get_queryset(self) -> QuerySet[HardwareModel]:
        asked = {name: self.request.query_params.get(name, "").strip()[:120] for name in FILTERS}
        words, sort = asked.pop("search")[:80], self.request.query_params.get("ordering", "")
        known = sort if sort.removeprefix("-") in SORTS else ""  # the paging refuses the others
        return found_models(self.request.user, HardwareSearch(words=words, sort=known, **asked)).defer(
            "document", "changes", "unread"
        )


class HardwareImportSerializer(serializers.ModelSerializer[HardwareImport]):
    """An import: one archive, what it would change, whether it is applied."""

    counts = serializers.JSONField(
        read_only=True, help_text="Files by what became of them; what the new and changed types lack."
    )

    class Meta:
        model = HardwareImport
        fields = (
            "id",
            "version",
            "file_name",
            "sha256",
            "size",
            "state",
            "reason",
            "remedy",
            "folder",
            "commit",
            "newest",
            "counts",
            "created_at",
            "applied_at",
        )
        read_only_fields = fields


class FileProblemSerializer(serializers.Serializer[Any]):
    """One thing wrong with a file."""

    field = serializers.CharField(allow_blank=True, help_text="Empty: the file as a whole.")
    value = ValueField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class RejectedFileSerializer(serializers.Serializer[Any]):
    """A file that was not read, and why."""

    path = serializers.CharField()
    problems = FileProblemSerializer(many=True)


class HardwareImportDetailSerializer(HardwareImportSerializer):
    """An import with the files that it rejects."""

    rejected = serializers.SerializerMethodField(help_text=f"The first {MOST_REJECTED}.")

    class Meta:
        model = HardwareImport
        fields = (*HardwareImportSerializer.Meta.fields, "rejected")
        read_only_fields = fields

    @extend_schema_field(RejectedFileSerializer(many=True))
    def get_rejected(self, found: HardwareImport) -> Any:
        """Return the first rejected files."""
        return found.rejected[:MOST_REJECTED]


class NewHardwareImportSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(
        max_length=4096,
        allow_empty_file=True,
        help_text="A .zip, .tar.gz or .tar of YAML files, or one of them.",
    )


class ApplySerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    version = serializers.IntegerField(
        min_value=1, max_value=10**9, help_text="The version of the import that was reviewed."
    )


class NewestFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class ByNumber(KeysetPagination):
    ordering = ("id",)


class HardwareImportViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[HardwareImport]):
    """Archives of device and module types: read, reviewed, and in force only when a catalog manager says so."""

    queryset = HardwareImport.objects.all()
    serializer_class = HardwareImportSerializer
    pagination_class = NewestFirst
    parser_classes = (StrictJSONParser,)
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[HardwareImport]:
        found = HardwareImport.objects.all().visible_to(self.request.user)
        return found.without_rejected() if self.action == "list" else found

    def get_parsers(self) -> list[Any]:
        if self.request is not None and self.request.method == "POST" and "pk" not in self.kwargs:
            return [MultiPartParser()]
        return [StrictJSONParser()]

    @extend_schema(
        request={"multipart/form-data": NewHardwareImportSerializer},
        responses={202: HardwareImportDetailSerializer, 200: HardwareImportDetailSerializer},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Upload an archive: 202 while it is read; 200 with the import there is for the same bytes."""
        device_imports.refuse_large_request(request)
        asked = NewHardwareImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        file = cast("UploadedFile[Any]", asked.validated_data["file"])
        found, job = device_imports.add_import(file=file, name=file.name or "", user=cast(User, request.user))
        code = status.HTTP_200_OK if job is None else status.HTTP_202_ACCEPTED
        return self._answer(found, code, Location=f"/api/v1/hardware-imports/{found.pk}/")

    @extend_schema(responses=HardwareImportDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """An import, with the files that it rejects."""
        return self._answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Discard an import that was never applied: nothing changes."""
        device_imports.discard(
            found=self.get_object(), user=cast(User, request.user), based_on=version_in_if_match(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses=StagedModelSerializer(many=True),
        parameters=[
            OpenApiParameter("changed", OpenApiTypes.BOOL, description="`true`: only those in force already.")
        ],
    )
    @action(detail=True, methods=["get"], pagination_class=ByNumber)
    def models(self, request: Request, pk: str) -> Response:
        """The models that it adds or changes, with each field that differs."""
        models = self.get_object().types.all()
        if request.query_params.get("changed", "") == "true":
            models = models.filter(change_count__gt=0)
        page: Any = self.paginate_queryset(cast(Any, models))
        return self.get_paginated_response(StagedModelSerializer(page, many=True).data)

    @extend_schema(request=ApplySerializer, responses=HardwareImportDetailSerializer)
    @action(detail=True, methods=["post"])
    @idempotent
    def apply(self, request: Request, pk: str) -> Response:
        """Put it in force, all or nothing; again changes nothing. 409 when what is in force changed since it was read."""
        found = self.get_object()
        asked = ApplySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = asked.validated_data["version"]
        return self._answer(
            device_imports.apply(found=found, user=cast(User, request.user), based_on=version)
        )

    @extend_schema(request=None, responses=HardwareImportDetailSerializer)
    @action(detail=True, methods=["post"], url_path="roll-back")
    @idempotent
    def roll_back(self, request: Request, pk: str) -> Response:
        """Put in force what was before it; only for the import that was applied last."""
        return self._answer(device_imports.roll_back(found=self.get_object(), user=cast(User, request.user)))

    @extend_schema(request=None, responses={202: HardwareImportDetailSerializer})
    @action(detail=True, methods=["post"], url_path="read-again")
    @idempotent
    def read_again(self, request: Request, pk: str) -> Response:
        """Read it anew, against what is in force now."""
        found, _ = device_imports.read_again(found=self.get_object(), user=cast(User, request.user))
        return self._answer(found, status.HTTP_202_ACCEPTED)

    def _answer(self, found: HardwareImport, code: int = status.HTTP_200_OK, **headers: str) -> Response:
        headers = {"ETag": etag_for(found.version), **headers}
        return Response(HardwareImportDetailSerializer(found).data, status=code, headers=headers)
