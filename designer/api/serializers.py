"""What customers, designs, revisions and sizings look like over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Team
from catalog.engine.documents import json_schema, unprintable
from config.api import KnownFieldsMixin
from config.openapi import document
from designer import services
from designer.engine.change_set import Operation
from designer.engine.document import DesignDocument
from designer.engine.sizing.model import SizingRequest, SizingResult
from designer.engine.workload import Workload
from designer.findings import Review
from designer.models import Customer, Design, Revision, Sizing

PART_SCHEMAS = {
    part: document(f"Design{part.capitalize()}", json_schema(kind)) for part, kind in services.PARTS.items()
}
PART_SCHEMA = {"anyOf": list(PART_SCHEMAS.values())}


@extend_schema_field(document("DesignDocument", json_schema(DesignDocument)))
class DesignDocumentField(serializers.JSONField):
    """The whole working document."""


@extend_schema_field(document("DesignWorkload", json_schema(Workload)))
class WorkloadField(serializers.JSONField):
    """What the cloud must carry."""


@extend_schema_field(document("SizingRequest", json_schema(SizingRequest)))
class SizingRequestField(serializers.JSONField):
    """The question to the engine."""


@extend_schema_field(document("SizingResult", json_schema(SizingResult)))
class SizingResultField(serializers.JSONField):
    """The engine's answer."""


class PlainText(serializers.CharField):
    """Text that every document can show (security R24, R48)."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if bad := unprintable(text):
            raise serializers.ValidationError(f"holds the character {bad}; remove it")
        return text


class VisibleTo(serializers.PrimaryKeyRelatedField):
    """A reference to a row that the writer may see; any other is an unknown object (security R3)."""

    default_error_messages = {
        "does_not_exist": "unknown object {pk_value}; use the id of one that you can see"
    }

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        return queryset.visible_to(self.context["request"].user)


class CustomerSerializer(KnownFieldsMixin, serializers.ModelSerializer[Customer]):
    name = PlainText(max_length=120)
    city = PlainText(max_length=80, required=False, allow_blank=True)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, allow_blank=True, max_length=2)
    team = VisibleTo(queryset=Team.objects.all())

    class Meta:
        model = Customer
        fields = ("id", "team", "name", "country", "city", "created_at")
        read_only_fields = ("id", "created_at")


class DesignListSerializer(serializers.ModelSerializer[Design]):
    class Meta:
        model = Design
        fields = ("id", "team", "customer", "name", "reference_design", "version", "created_at", "changed_at")
        read_only_fields = fields


class DesignSerializer(serializers.ModelSerializer[Design]):
    document = DesignDocumentField(read_only=True)

    class Meta:
        model = Design
        fields = (*DesignListSerializer.Meta.fields, "document")
        read_only_fields = fields


class NewDesignSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    customer = VisibleTo(queryset=Customer.objects.all())
    name = PlainText(max_length=120)
    reference_design = serializers.CharField(max_length=80)
    workload = WorkloadField(required=False, help_text="By default that of the reference design.")


@extend_schema_field(document("DrawingOperations", json_schema(tuple[Operation, ...])))
class OperationsField(serializers.JSONField):
    """What one gesture changed, element by element."""


class NewChangeSetSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    operations = OperationsField()
    name = PlainText(
        max_length=120,
        required=False,
        allow_blank=True,
        default="",
        help_text="What people read in the history: `Move 3 nodes`.",
    )
    key = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Chosen by the sender: the same one again is the same edit.",
    )


class ChangeSetSerializer(serializers.Serializer[Any]):
    """A stored edit of the drawing."""

    version = serializers.IntegerField(
        help_text="The version that it made, or that it left when it changed nothing."
    )
    changes = serializers.ListField(
        child=serializers.DictField(), help_text="What changed, in words and fields."
    )


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    author = serializers.CharField(source="author.email", read_only=True)

    class Meta:
        model = Revision
        fields = ("id", "design", "number", "name", "version", "author", "frozen_at")
        read_only_fields = fields


class NewRevisionSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    name = PlainText(
        max_length=80, required=False, allow_blank=True, default="", help_text="What people call it."
    )


class NewForkSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    name = PlainText(max_length=120, help_text="Of the new design.")


class MissedChangeSetsSerializer(serializers.Serializer[Any]):
    """What an editor has not heard of yet."""

    version = serializers.IntegerField(help_text="The version of the design now.")
    changes = serializers.ListField(
        child=serializers.DictField(),
        help_text="Each edit since, oldest first: version, author, part, name, changes in words, and operations; those are null where something else than a gesture changed the design.",
    )


class SizingSerializer(serializers.ModelSerializer[Sizing]):
    request = SizingRequestField(read_only=True)
    result = SizingResultField(read_only=True)

    class Meta:
        model = Sizing
        fields = ("id", "revision", "engine_version", "request", "result", "created_at")
        read_only_fields = fields


class NewSizingSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    design = VisibleTo(queryset=Design.objects.all())


@extend_schema_field(document("DesignReview", json_schema(Review)))
class ReviewField(serializers.JSONField):
    """What validation finds in a design."""


class FindingsSerializer(serializers.Serializer[Any]):
    """The findings of a working document, with the version that they are of."""

    version = serializers.IntegerField()
    review = ReviewField()


class NewSuppressionSerializer(KnownFieldsMixin, serializers.Serializer[Any]):
    reason = PlainText(min_length=3, max_length=500, help_text="Why the finding is acceptable.")
    elements = serializers.ListField(
        child=PlainText(max_length=80),
        required=False,
        max_length=10_000,
        help_text="Ids of the elements that it is accepted for; none: for all.",
    )
