"""What an editor asks beside saving: who else is there, and whether a document from elsewhere is a drawing."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from designer import presence, services
from designer.api.serializers import PART_SCHEMA
from designer.models import Design


class PresenceSerializer(serializers.Serializer[Any]):
    """Who else has a design open."""

    others = serializers.ListField(child=serializers.CharField(), help_text="Names, without your own.")


class PresenceView(APIView):
    """Who has a design open in the editor."""

    @extend_schema(operation_id="designs_presence_beat", request=None, responses=PresenceSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that you have the design open, for the next 40 s, and read who else has."""
        others = presence.beat(design=_visible(request, pk), user=cast(User, request.user))
        return Response({"others": others})


class DrawingCheckView(APIView):
    """A document from elsewhere, before it becomes the drawing."""

    is_read_only = True  # nothing is stored: a token for reading is enough
    json_max_bytes = settings.JSON_MAX_DESIGN_BYTES

    @extend_schema(
        operation_id="designs_topology_check",
        request={"application/json": PART_SCHEMA},
        responses={(200, "application/json"): PART_SCHEMA},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Check a drawing as a whole and return it with every field filled; nothing is saved. 400 lists what is wrong."""
        design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
        return Response(services.checked_part(design, "topology", request.data))


def _visible(request: Request, pk: UUID) -> Design:
    return get_object_or_404(Design.objects.visible_to(request.user).defer("snapshot"), pk=pk)
