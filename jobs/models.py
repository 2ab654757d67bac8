"""Work that no request waits for: one row a job, which is the truth; the queue only carries its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership, Team

if TYPE_CHECKING:
    from accounts.models import User


class State(models.TextChoices):
    """Where a job stands. One-way, except from running back to queued when a lease is lost or given back."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"


ACTIVE = (State.QUEUED, State.RUNNING)
FINAL = (State.DONE, State.FAILED, State.CANCELLED, State.SUPERSEDED)


def default_max_attempts() -> int:
    return int(settings.JOB_MAX_ATTEMPTS)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User | AnonymousUser) -> JobQuerySet:
        """The jobs of the teams of `user`, and those that `user` asked for outside any team."""
        if not user.is_authenticated:
            return self.none()
        teams = Membership.objects.filter(user=user.pk).values("team")
        return self.filter(models.Q(team__in=teams) | models.Q(team=None, created_by=user.pk))

    def about(self, subject_type: str, subject_id: object) -> JobQuerySet:
        """The jobs that work on one thing."""
        return self.filter(subject_type=subject_type, subject_id=str(subject_id))

    def active(self) -> JobQuerySet:
        """Those queued or running."""
        return self.filter(state__in=ACTIVE)

    def claimable(self) -> JobQuerySet:
        """Those that a worker may take now, by the database's clock: queued and not held, or lost by their worker."""
        waiting = models.Q(state=State.QUEUED) & (models.Q(hold_until=None) | models.Q(hold_until__lte=Now()))
        lost = models.Q(
            state=State.RUNNING,
            lease_until__lt=Now(),
            hard_deaths__lt=HARD_DEATHS_ALLOWED - 1,
            cancel_requested=False,
        )
        return self.filter(waiting | lost, attempt__lt=models.F("max_attempts"))

    def lost(self) -> JobQuerySet:
        """Those whose worker has not renewed its lease in time."""
        return self.filter(state=State.RUNNING, lease_until__lt=Now())


HARD_DEATHS_ALLOWED = 2
"""A job whose process died this often is not tried again: it is likely the cause. Source: reliability.md 1.6."""


EAGER_SECONDS = 5.0
"""How long after it was asked for a page asks eagerly how far a job is."""


class Job(models.Model):
    """One piece of work: what was asked, who may see it, where it stands, what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=80, help_text="App and function: `designer.size_revision`.")
    schema_version = models.PositiveSmallIntegerField(default=1, help_text="Of the input's shape.")
    input = models.JSONField(default=dict, help_text="Ids and small values; a random seed is part of it.")
    input_hash = models.CharField(
        max_length=64, editable=False, help_text="SHA-256 of the input, frozen when asked."
    )
    unique_key = models.CharField(  # noqa: DJ001 - null is what the constraint passes over
        max_length=64, null=True, editable=False, help_text="Of a job that may be active only once."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0, help_text="How often a worker has taken it.")
    max_attempts = models.PositiveSmallIntegerField(default=default_max_attempts)
    hard_deaths = models.PositiveSmallIntegerField(
        default=0, help_text="How often its process died under it."
    )
    lease_until = models.DateTimeField(
        null=True, help_text="When others may take it, by the database's clock."
    )
    lease_token = models.UUIDField(null=True, help_text="Of the one attempt that may write.")
    worker = models.CharField(
        max_length=120, blank=True, help_text="Machine and process of the latest attempt."
    )
    hold_until = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=200, blank=True)
    cancel_requested = models.BooleanField(default=False)
    announcements = models.PositiveSmallIntegerField(
        default=0, help_text="Times the sweeper sent its id again."
    )
    announced_at = models.DateTimeField(null=True)
    progress = models.FloatField(default=0.0, help_text="From 0 to 1.")
    message = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True, help_text="Small: ids of what was made.")
    error = models.TextField(blank=True, help_text="For people: no secrets, no traceback.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="jobs")
    subject_type = models.CharField(
        max_length=60, blank=True, help_text="What it is about: `designer.revision`."
    )
    subject_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, help_text="Of the latest attempt.")
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["state", "created_at"], name="job_state"),
            models.Index(fields=["subject_type", "subject_id"], name="job_subject"),
            models.Index(fields=["team", "-created_at"], name="job_team"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="job_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(progress__range=(0, 1)), name="job_progress_is_a_ratio"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.RUNNING, lease_until__isnull=False, lease_token__isnull=False)
                | (~models.Q(state=State.RUNNING) & models.Q(lease_until=None, lease_token=None)),
                name="job_has_a_lease_while_running",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=FINAL, finished_at__isnull=False)
                | models.Q(state__in=ACTIVE, finished_at=None),
                name="job_ends_when_final",
            ),
            models.CheckConstraint(
                condition=models.Q(hold_until=None) | models.Q(state=State.QUEUED),
                name="job_is_held_only_in_queue",
            ),
            models.CheckConstraint(
                condition=models.Q(attempt__lte=models.F("max_attempts")), name="job_attempts_are_limited"
            ),
            models.UniqueConstraint(
                fields=["unique_key"], condition=models.Q(state__in=ACTIVE), name="job_unique_while_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display().lower()})"

    @property
    def title(self) -> str:
        """The kind in words: `Size revision`."""
        return self.kind.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in ACTIVE and not self.cancel_requested

    @property
    def can_be_retried(self) -> bool:
        return self.state == State.FAILED

    @property
    def percent(self) -> int:
        """Progress in whole percent, never 100 before the end."""
        return 100 if self.state == State.DONE else min(99, int(self.progress * 100))

    @property
    def poll_interval(self) -> str:
        """How soon a page asks again: often after a click, so that its effect is seen within half a second."""
        waited = abs((timezone.now() - (self.announced_at or self.created_at)).total_seconds())
        return "200ms" if waited < EAGER_SECONDS else "1s"

    def result_reference(self) -> Any:
        """What the job produced, or nothing."""
        return self.result if self.state == State.DONE else None


class WorkerHeartbeat(models.Model):
    """A worker-side process that says it lives. Kept up by its sweeper."""

    name = models.CharField(primary_key=True, max_length=120, help_text="Machine and process id.")
    queue = models.CharField(max_length=20)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now(), db_index=True)
    is_degraded = models.BooleanField(
        default=False, help_text="The queue does not deliver: the table is polled."
    )

    def __str__(self) -> str:
        return self.name
