"""Who may work on a job: every change of a lease is one conditional UPDATE, by the database's clock.

A lease is a random token and an end. What a worker writes names its token; no row changed means that the
lease went to somebody else, and that the worker is a ghost, which discards what it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    JSONField,
    QuerySet,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Now

from config.prepared import Given, PreparedUpdate
from jobs.models import FINAL, HARD_DEATHS_ALLOWED, Job, State


def later(seconds: float | Given) -> ExpressionWrapper:
    """The database's now plus `seconds`, or plus a `Given` time."""
    time = seconds if isinstance(seconds, Given) else Value(timedelta(seconds=seconds))
    return ExpressionWrapper(Now() + time, output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a worker learns when it renews."""

    is_held: bool
    """Whether the lease is still its own."""
    cancel_requested: bool


CLAIMED = ["id", "kind", "schema_version", "input", "attempt", "max_attempts", "lease_token"]
"""What an attempt needs of its job; the rest is read if it is asked for."""
MINE = {"pk": Given("id", UUIDField()), "lease_token": Given("token", UUIDField())}
LEASE_END = later(Given("lease", DurationField()))


def _free() -> QuerySet[Job]:
    """The one asked for, if it is to be had; what another worker is just taking is passed over, not waited for."""
    this = Job.objects.filter(pk=Given("id", UUIDField())).order_by()
    free = Job.objects.claimable().filter(pk=Given("id", UUIDField()))
    if not connection.features.has_select_for_update_skip_locked:
        return free
    return free.filter(pk__in=this.select_for_update(skip_locked=True).values("pk"))


_claim = PreparedUpdate(
    _free,
    {
        "state": State.RUNNING,
        "attempt": F("attempt") + 1,
        "hard_deaths": Case(
            When(state=State.RUNNING, then=F("hard_deaths") + 1),
            default=F("hard_deaths"),
            output_field=IntegerField(),
        ),
        "lease_token": Given("token", UUIDField()),
        "lease_until": LEASE_END,
        "worker": Given("worker", CharField()),
        "hold_until": None,
        "hold_reason": "",
        "announcements": 0,
        "progress": 0.0,
        "message": "",
        "started_at": Now(),
    },
    returning=CLAIMED,
    may_be_lost=True,
)


def claim(job_id: UUID | str, *, worker: str = "") -> Job | None:
    """Take the job for one attempt, or return None: it is not there, not due, finished, or somebody else's.

    One statement, which finds, takes and reads the row: a short job consists of little else. It does not wait for
    the disk: if the machine loses its power before a later commit, the job is queued as before, and nothing of this
    attempt counts.
    """
    token, lease = uuid4(), timedelta(seconds=settings.JOB_LEASE_SECONDS)
    rows = _claim.rows(id=job_id, token=token, lease=lease, worker=worker)
    return Job.from_db("default", CLAIMED, rows[0]) if rows else None


def renew(job_id: UUID, token: UUID, *, progress: float | None = None, message: str | None = None) -> Renewal:
    """Prolong the lease, and note how far the work is."""
    changes: dict[str, Any] = {"lease_until": later(settings.JOB_LEASE_SECONDS)}
    if progress is not None:
        changes["progress"] = min(1.0, max(0.0, progress))
    if message is not None:
        changes["message"] = message[:200]
    if not Job.objects.filter(pk=job_id, lease_token=token).update(**changes):
        return Renewal(is_held=False, cancel_requested=False)
    return Renewal(
        is_held=True,
        cancel_requested=Job.objects.filter(pk=job_id, cancel_requested=True).exists(),
    )


ENDED = {
    "state": Given("state", CharField()),
    "error": Given("error", TextField()),
    "lease_token": None,
    "lease_until": None,
    "finished_at": Now(),
}
_finish = PreparedUpdate(lambda: Job.objects.filter(**MINE), ENDED)
_finish_done = PreparedUpdate(
    lambda: Job.objects.filter(**MINE), {**ENDED, "progress": 1.0, "result": Given("result", JSONField())}
)


def finish(job_id: UUID, token: UUID, state: State, *, result: Any = None, error: str = "") -> bool:
    """Write how the attempt ended; False for a ghost, whose result is discarded."""
    if state not in FINAL:
        raise ValueError(f"{state} is not an end")
    how = {"id": job_id, "token": token, "state": str(state), "error": error}
    return bool(_finish_done.count(**how, result=result) if state == State.DONE else _finish.count(**how))


def release(job_id: UUID, token: UUID) -> bool:
    """Give the job back unfinished, because the worker is going away. The attempt does not count."""
    return bool(
        Job.objects.filter(pk=job_id, lease_token=token).update(
            state=State.QUEUED,
            lease_token=None,
            lease_until=None,
            max_attempts=F("max_attempts") + 1,
            message="Waiting for another worker",
            announcements=0,
            announced_at=None,
        )
    )


def hold(job_id: UUID, token: UUID, *, seconds: float, reason: str) -> bool:
    """Put the job back until later, with the reason: what it needs is missing. The attempt does not count."""
    return bool(
        Job.objects.filter(pk=job_id, lease_token=token).update(
            state=State.QUEUED,
            lease_token=None,
            lease_until=None,
            max_attempts=F("max_attempts") + 1,
            hold_until=later(seconds),
            hold_reason=reason[:200],
            announcements=0,
            announced_at=None,
        )
    )


def recover_lost() -> dict[str, int]:
    """Decide about jobs whose lease ran out: cancelled, given up, or queued again. Return how many of each."""
    ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "finished_at": Now()}
    lost = Job.objects.lost()
    cancelled = lost.filter(cancel_requested=True).update(state=State.CANCELLED, **ended)
    died = lost.filter(hard_deaths__gte=HARD_DEATHS_ALLOWED - 1).update(
        state=State.FAILED,
        hard_deaths=F("hard_deaths") + 1,
        error="Gave up: the process working on this ended abruptly twice. It may need too much memory.",
        **ended,
    )
    tired = lost.filter(attempt__gte=F("max_attempts")).update(
        state=State.FAILED,
        hard_deaths=F("hard_deaths") + 1,
        error="Gave up: no attempt came to an end.",
        **ended,
    )
    queued = lost.update(
        state=State.QUEUED,
        hard_deaths=F("hard_deaths") + 1,
        lease_token=None,
        lease_until=None,
        message="The worker was lost; waiting for another",
        announcements=0,
        announced_at=None,
    )
    return {"cancelled": cancelled, "gave_up": died + tired, "queued": queued}
