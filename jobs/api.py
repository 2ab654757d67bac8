"""Jobs over REST: where long work stands and what came of it."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from config.api import VisibleToMixin
from config.paging import KeysetPagination
from jobs import services
from jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    result = serializers.JSONField(
        source="result_reference", read_only=True, help_text="Once done: what was made."
    )

    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "progress",
            "message",
            "result",
            "error",
            "attempt",
            "max_attempts",
            "hold_until",
            "hold_reason",
            "cancel_requested",
            "team",
            "subject_type",
            "subject_id",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields


class NewestJobsFirst(KeysetPagination):
    ordering = ("-created_at", "-id")


class JobViewSet(
    VisibleToMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]
):
    """Background work: states queued, running, done, failed, cancelled, superseded."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer
    pagination_class = NewestJobsFirst

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop the job: at once while queued, at its next step while it runs. 409 when it is over."""
        job = services.cancel(job=self.get_object(), user=cast(User, request.user))
        return Response(self.get_serializer(job).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Queue a failed job again. 409 when it did not fail."""
        job = services.retry(job=self.get_object(), user=cast(User, request.user))
        return Response(self.get_serializer(job).data)
