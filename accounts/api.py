"""Who one is, the teams one belongs to, and what happened in them."""

from __future__ import annotations

from rest_framework import mixins, serializers, viewsets

from accounts.models import AuditEntry, Membership, Team
from config.api import VisibleToMixin


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    user_name = serializers.CharField(source="user", read_only=True)

    class Meta:
        model = Membership
        fields = ("user", "user_name", "role")


class TeamSerializer(serializers.ModelSerializer[Team]):
    memberships = MembershipSerializer(many=True, read_only=True)

    class Meta:
        model = Team
        fields = ("id", "name", "memberships")


class TeamViewSet(
    VisibleToMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Team]
):
    """The teams that you belong to. A team owns its customers and designs: it is the border of access."""

    queryset = Team.objects.prefetch_related("memberships__user")
    serializer_class = TeamSerializer
    ordering = ("name", "id")
    orderings = {"name": ("name", "id")}


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "actor",
            "actor_name",
            "team",
            "action",
            "subject_type",
            "subject_id",
            "changes",
            "request_id",
        )
        read_only_fields = fields


class AuditEntryViewSet(VisibleToMixin, mixins.ListModelMixin, viewsets.GenericViewSet[AuditEntry]):
    """What you did, and what happened in the teams that you administer. Newest first."""

    queryset = AuditEntry.objects.all()
    serializer_class = AuditEntrySerializer
    ordering = ("-id",)
