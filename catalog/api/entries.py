"""The catalog over REST, for reading: what can be built from, and what runs on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets

from catalog.engine.documents import json_schema
from catalog.library import HARDWARE_KINDS, KINDS
from catalog.models import CatalogEntry
from catalog.models.entries import CatalogEntryQuerySet
from config.errors import Invalid, Problem
from config.openapi import document
from config.paging import KeysetPagination

LONGEST_SEARCH = 80
SEARCH = [
    OpenApiParameter(
        "search",
        {"type": "string", "maxLength": LONGEST_SEARCH},
        description="Words that id, name, maker or model holds.",
    ),
    OpenApiParameter("group", OpenApiTypes.STR, description="Role of hardware, layer of a service."),
]
SCHEMAS = {kind: document(python.__name__, json_schema(python)) for kind, python in KINDS.items()}


class EntrySerializer(serializers.ModelSerializer[CatalogEntry]):
    """One entry: what lists show, and the whole in the catalog's own format."""

    id = serializers.CharField(source="slug", read_only=True)
    kind = serializers.ChoiceField(list(KINDS), read_only=True)

    class Meta:
        model = CatalogEntry
        fields = ("id", "kind", "name", "manufacturer", "model", "group", "changed_at", "document")
        read_only_fields = fields


def serializer_of(name: str, *kinds: str) -> type[EntrySerializer]:
    """Return the serializer of entries of `kinds`, whose documents the OpenAPI document then describes."""
    schemas = [SCHEMAS[kind] for kind in kinds]
    shape: Any = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    field = extend_schema_field(shape)(type(f"{name}Document", (serializers.JSONField,), {}))
    members = {"document": field(read_only=True), "__doc__": EntrySerializer.__doc__}
    return type(f"{name}Serializer", (EntrySerializer,), members)


class InItsOrder(KeysetPagination):
    ordering = ("kind", "position", "slug")


class EntryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[CatalogEntry]):
    """Entries of some kinds, in the order of the catalog."""

    queryset = CatalogEntry.objects.none()
    pagination_class = InItsOrder
    lookup_field = "slug"
    lookup_value_converter = "slug"
    kinds: tuple[str, ...] = ()

    @extend_schema(parameters=SEARCH)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Entries that match."""
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> CatalogEntryQuerySet:
        entries = CatalogEntry.objects.all().visible_to(self.request.user).of_kind(*self.kinds)
        if self.action == "list":
            asked = self.request.query_params
            entries = entries.matching(searched(asked.get("search", "")))
            if group := asked.get("group", ""):
                entries = entries.filter(group=group)
        return entries

    def get_object(self) -> CatalogEntry:
        """The entry of that id; ids of hardware are unique among all its kinds."""
        found = self.get_queryset().filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Http404
        return found


def searched(words: str) -> str:
    if len(words) > LONGEST_SEARCH:
        message = f"has {len(words)} characters"
        raise Invalid([Problem("search", words, message, f"Use at most {LONGEST_SEARCH}.")])
    return words


class NodeSpecViewSet(EntryViewSet):
    """Servers that can be built: chassis and parts as one, with threads, GiB, drives, ports, U, W, kg and price."""

    kinds = ("node-spec",)
    serializer_class = serializer_of("NodeSpecEntry", *kinds)


class HardwareSpecViewSet(EntryViewSet):
    """All hardware that designs are planned with: node specs, switches, racks, power distribution, cables and optics."""

    kinds = HARDWARE_KINDS
    serializer_class = serializer_of("HardwareEntry", *kinds)

    @extend_schema(
        parameters=[
            *SEARCH,
            OpenApiParameter("kind", str, enum=list(HARDWARE_KINDS), description="Only this kind."),
        ]
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Hardware that matches."""
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> CatalogEntryQuerySet:
        entries = super().get_queryset()
        kind = self.request.query_params.get("kind", "") if self.action == "list" else ""
        if kind and kind not in self.kinds:
            remedy = f"Use one of: {', '.join(self.kinds)}."
            raise Invalid([Problem("kind", kind, "is not a kind of hardware", remedy)])
        return entries.of_kind(kind) if kind else entries


class ServiceViewSet(EntryViewSet):
    """The services of an OpenStack and Ceph cloud: processes, layer, quorum, what their failure does."""

    kinds = ("service",)
    serializer_class = serializer_of("ServiceEntry", *kinds)


class NetworkViewSet(EntryViewSet):
    """The networks of a cloud: who attaches, bandwidth, MTU."""

    kinds = ("network",)
    serializer_class = serializer_of("NetworkEntry", *kinds)


class ReferenceDesignViewSet(EntryViewSet):
    """Proven designs to start from; `id` is the `reference_design` of a new design."""

    kinds = ("reference-design",)
    serializer_class = serializer_of("ReferenceDesignEntry", *kinds)
