"""What people do with jobs, and what others ask about them."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from accounts.permissions import EDITORS, has_role, require
from config.errors import Conflict
from jobs import queue
from jobs.models import ACTIVE, Job, State, WorkerHeartbeat


def may_control(user: User, job: Job) -> bool:
    """Cancel or retry `job`: who asked for it, and the editors of its team."""
    if job.created_by_id == user.pk:
        return True
    return job.team is not None and has_role(user, *EDITORS, team=job.team)


def cancel(*, job: Job, user: User) -> Job:
    """Stop `job`: at once while it is queued, at its next step while it runs.

    Raises:
        Forbidden: it is somebody else's, and `user` edits nothing in its team.
        Conflict: it is over already.
    """
    require(may_control(user, job), "cancel this job")
    of_job = Job.objects.filter(pk=job.pk)
    stopped = of_job.filter(state=State.QUEUED).update(
        state=State.CANCELLED, cancel_requested=True, hold_until=None, finished_at=Now()
    ) or of_job.filter(state=State.RUNNING).update(cancel_requested=True)
    if not stopped:  # a worker may have given it back between the two
        stopped = of_job.filter(state=State.QUEUED).update(
            state=State.CANCELLED, cancel_requested=True, hold_until=None, finished_at=Now()
        )
    job.refresh_from_db()
    if not stopped and job.state != State.CANCELLED:
        raise Conflict(f"This job is {job.get_state_display().lower()} already; there is nothing to cancel.")
    return job


@transaction.atomic
def retry(*, job: Job, user: User) -> Job:
    """Queue a failed `job` again, with the same input and a fresh count of attempts.

    Raises:
        Forbidden: as for `cancel`.
        Conflict: it did not fail, or the same work is under way as another job.
    """
    require(may_control(user, job), "retry this job")
    if job.unique_key and Job.objects.active().filter(unique_key=job.unique_key).exclude(pk=job.pk).exists():
        raise Conflict("The same work is already waiting or running as another job.")
    retried = Job.objects.filter(pk=job.pk, state=State.FAILED).update(
        state=State.QUEUED,
        max_attempts=F("attempt") + settings.JOB_MAX_ATTEMPTS,
        hard_deaths=0,
        cancel_requested=False,
        progress=0.0,
        message="",
        error="",
        finished_at=None,
        announcements=0,
        announced_at=Now(),
    )
    job.refresh_from_db()
    if not retried:
        raise Conflict(f"This job is {job.get_state_display().lower()}; only a failed one can be retried.")
    transaction.on_commit(lambda: queue.announce(job.pk), robust=True)
    return job


def supersede(*, subject_type: str, subject_id: UUID | str, kind: str = "") -> int:
    """End all queued and running jobs about a thing that is gone or replaced; return how many.

    One that runs loses its lease: whatever it still computes is discarded.
    """
    jobs = Job.objects.about(subject_type, subject_id).filter(state__in=ACTIVE)
    if kind:
        jobs = jobs.filter(kind=kind)
    return jobs.update(
        state=State.SUPERSEDED, lease_token=None, lease_until=None, hold_until=None, finished_at=Now()
    )


def heartbeat_age() -> float | None:
    """Seconds since any worker-side process last said it lives, by the database's clock; None: never."""
    latest = WorkerHeartbeat.objects.order_by("-beat_at").annotate(now=Now()).first()
    if latest is None:
        return None
    return max(0.0, float((latest.now - latest.beat_at).total_seconds()))


def oldest_queued_age() -> float:
    """Seconds that the longest waiting job, not held, has waited; 0 when none waits."""
    oldest = (
        Job.objects.claimable()
        .filter(state=State.QUEUED)
        .annotate(now=Now())
        .order_by("created_at")
        .values("created_at", "now")
        .first()
    )
    return 0.0 if oldest is None else max(0.0, float((oldest["now"] - oldest["created_at"]).total_seconds()))
