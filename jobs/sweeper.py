"""Finds what the queue forgot: a loop beside the workers that trusts only the table.

It puts lost jobs back, sends ids of waiting ones again, and, while the queue delivers nothing, starts the work itself.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce, Now

from jobs import leases, queue
from jobs.models import Job, State, WorkerHeartbeat

log = logging.getLogger(__name__)
BATCH = 100
"""Ids sent again in one round: a long queue is not sent over and over (no thundering herd)."""
LONGEST_WAIT_SECONDS = 300.0
DEAF_SECONDS = 60.0
"""Work that waits this long while workers are idle means that the queue delivers nothing."""


def ago(seconds: float) -> ExpressionWrapper:
    return ExpressionWrapper(Now() - Value(timedelta(seconds=seconds)), output_field=DateTimeField())


def waiting() -> list[UUID]:
    """Queued jobs to announce again: after 10 s, then each time twice as long later, to five minutes."""
    first = settings.JOB_REANNOUNCE_SECONDS
    due = Q(announcements=0) & (Q(created_at__lt=ago(first)) | Q(attempt__gt=0))
    for times in range(1, 12):
        due |= Q(announcements=times, announced_at__lt=ago(min(first * 2**times, LONGEST_WAIT_SECONDS)))
    due |= Q(announcements__gte=12, announced_at__lt=ago(LONGEST_WAIT_SECONDS))
    jobs = Job.objects.claimable().filter(due, state=State.QUEUED)
    return list(
        jobs.order_by(Coalesce("announced_at", "created_at"), "pk").values_list("pk", flat=True)[:BATCH]
    )


def sweep(run_here: Callable[[UUID], bool] | None = None) -> dict[str, int]:
    """One round. `run_here` starts a job without the queue, and says whether it could."""
    counts = leases.recover_lost()
    counts |= {"announced": 0, "polled": 0}
    delivers = True
    for job_id in waiting():
        delivers = queue.announce(job_id)
        if not delivers:
            break
        Job.objects.filter(pk=job_id, state=State.QUEUED).update(
            announced_at=Now(), announcements=F("announcements") + 1
        )
        counts["announced"] += 1
    is_idle = Job.objects.filter(state=State.RUNNING).count() < settings.JOB_WORKERS
    overdue = Job.objects.claimable().filter(
        state=State.QUEUED, created_at__lt=ago(settings.JOB_REANNOUNCE_SECONDS)
    )
    if delivers:
        overdue = overdue.filter(created_at__lt=ago(DEAF_SECONDS), announcements__gte=2)
    if run_here is not None and is_idle:
        for job_id in overdue.order_by("created_at").values_list("pk", flat=True)[: settings.JOB_WORKERS]:
            counts["polled"] += run_here(job_id)
    if any(counts.values()):
        log.info("sweep %s", " ".join(f"{name}={count}" for name, count in counts.items()))
    return counts


class Children:
    """The few processes that run jobs while the queue is away, one a job."""

    def __init__(self) -> None:
        self.running: dict[UUID, subprocess.Popen[bytes]] = {}

    def start(self, job_id: UUID) -> bool:
        self.running = {key: child for key, child in self.running.items() if child.poll() is None}
        if job_id in self.running or len(self.running) >= settings.JOB_WORKERS:
            return False
        self.running[job_id] = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "manage.py", "run_job", str(job_id)], cwd=settings.BASE_DIR
        )
        return True

    def end(self) -> None:
        for child in self.running.values():
            child.wait()


def sweep_until(over: threading.Event, *, name: str) -> None:
    """Sweep every JOB_SWEEP_SECONDS until `over`; a database that is away is waited for."""
    children = Children()
    while True:
        try:
            close_old_connections()
            counts = sweep(children.start)
            WorkerHeartbeat.objects.update_or_create(
                name=name,
                defaults={"queue": settings.JOB_QUEUE, "beat_at": Now(), "is_degraded": counts["polled"] > 0},
            )
            WorkerHeartbeat.objects.filter(beat_at__lt=ago(24 * 3600)).delete()
        except (OperationalError, InterfaceError) as problem:
            log.warning("sweep put off: %s", type(problem).__name__)
            connection.close()
        if over.wait(settings.JOB_SWEEP_SECONDS):
            break
    children.end()
    WorkerHeartbeat.objects.filter(name=name).delete()
